package main

import (
	"os"
	"testing"

	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/proxytest"
	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/types"
)

func TestPlugin(t *testing.T) {
	// What an upstream answers that sets one of the headers itself.
	upstream := [][2]string{{":status", "200"}, {"x-frame-options", "DENY"}, {"x-powered-by", "PHP/5.6"}}

	eachVM(t, func(t *testing.T, vm types.VMContext) {
		for _, c := range []struct {
			title, config string
			want          map[string]string // "" stands for absent
		}{
			{"no configuration", "", map[string]string{
				":status":                "200",
				"x-content-type-options": "nosniff",
				"referrer-policy":        "strict-origin-when-cross-origin",
				"x-frame-options":        "DENY",
				"x-powered-by":           "PHP/5.6",
			}},
			{"override", `{"override": true}`, map[string]string{"x-frame-options": "SAMEORIGIN"}},
			{"remove", `{"remove": ["X-Powered-By"]}`, map[string]string{"x-powered-by": ""}},
			{"null", `{"headers": {"referrer-policy": null}, "override": true}`, map[string]string{
				"referrer-policy":        "",
				"x-content-type-options": "nosniff",
			}},
			{"removed and set", `{"remove": ["x-frame-options"]}`, map[string]string{"x-frame-options": "SAMEORIGIN"}},
		} {
			t.Run(c.title, func(t *testing.T) {
				host := start(t, vm, c.config)
				stream := host.InitializeHttpContext()
				if action := host.CallOnResponseHeaders(stream, upstream, true); action != types.ActionContinue {
					t.Fatalf("the response stops: action %d", action)
				}
				for name, want := range c.want {
					if got := value(host.GetCurrentResponseHeaders(stream), name); got != want {
						t.Errorf("%s is %q, want %q", name, got, want)
					}
				}
			})
		}

		t.Run("a configuration with an unknown key is refused", func(t *testing.T) {
			if !refused(vm, `{"header": {}}`) {
				t.Error("accepted")
			}
		})
	})
}

// eachVM runs test against the plugin as native Go and, when WASM_FILE_PATH
// names the built module, once more inside that module.
func eachVM(t *testing.T, test func(t *testing.T, vm types.VMContext)) {
	t.Run("go", func(t *testing.T) { test(t, &vmContext{}) })
	t.Run("wasm", func(t *testing.T) {
		path := os.Getenv("WASM_FILE_PATH")
		if path == "" {
			t.Skip("WASM_FILE_PATH is not set")
		}
		module, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		vm, err := proxytest.NewWasmVMContext(module)
		if err != nil {
			t.Fatal(err)
		}
		defer vm.Close()
		test(t, vm)
	})
}

// start starts the plugin with a configuration in a fresh emulated host.
func start(t *testing.T, vm types.VMContext, config string) proxytest.HostEmulator {
	t.Helper()
	host, reset := proxytest.NewHostEmulator(
		proxytest.NewEmulatorOption().WithVMContext(vm).WithPluginConfiguration([]byte(config)))
	t.Cleanup(reset)
	if status := host.StartPlugin(); status != types.OnPluginStartStatusOK {
		t.Fatalf("the plugin refused its configuration: %v", host.GetCriticalLogs())
	}
	return host
}

// refused tells whether the plugin refuses to start with a configuration.
func refused(vm types.VMContext, config string) bool {
	host, reset := proxytest.NewHostEmulator(
		proxytest.NewEmulatorOption().WithVMContext(vm).WithPluginConfiguration([]byte(config)))
	defer reset()
	return host.StartPlugin() == types.OnPluginStartStatusFailed && len(host.GetCriticalLogs()) > 0
}

// value returns the first value of a header, or "".
func value(headers [][2]string, name string) string {
	for _, header := range headers {
		if header[0] == name {
			return header[1]
		}
	}
	return ""
}
