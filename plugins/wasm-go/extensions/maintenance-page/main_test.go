package main

import (
	"os"
	"strings"
	"testing"

	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/proxytest"
	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/types"
)

func TestPlugin(t *testing.T) {
	const config = `{"prefixes": ["/shop"], "retry_after": 60}`

	eachVM(t, func(t *testing.T, vm types.VMContext) {
		for _, c := range []struct {
			title, config, path string
			wantStatus          uint32 // 0: the request goes on
			wantType            string
			wantBody            string
		}{
			{"path under maintenance", config, "/shop/cart", 503, "text/html; charset=utf-8", "<h1>Back soon</h1>"},
			{"asset of the page", config, "/.maintenance/style.css", 200, "text/css; charset=utf-8", "place-items"},
			{"other path", config, "/blog", 0, "", ""},
			{"no configuration", "", "/shop/cart", 0, "", ""},
			{"asset while nothing is under maintenance", "{}", "/.maintenance/style.css", 0, "", ""},
		} {
			t.Run(c.title, func(t *testing.T) {
				host := start(t, vm, c.config)
				stream := host.InitializeHttpContext()
				action := host.CallOnRequestHeaders(stream, [][2]string{{":method", "GET"}, {":path", c.path}}, true)
				response := host.GetSentLocalResponse(stream)
				if c.wantStatus == 0 {
					if action != types.ActionContinue || response != nil {
						t.Fatalf("the request stops: action %d, response %+v", action, response)
					}
					return
				}
				if action != types.ActionPause || response == nil || response.StatusCode != c.wantStatus {
					t.Fatalf("action %d, response %+v", action, response)
				}
				if got := value(response.Headers, "content-type"); got != c.wantType {
					t.Errorf("content-type is %q", got)
				}
				if !strings.Contains(string(response.Data), c.wantBody) {
					t.Errorf("the body is %q", response.Data)
				}
				if got := value(response.Headers, "retry-after"); (got == "60") != (c.wantStatus == 503) {
					t.Errorf("retry-after is %q", got)
				}
			})
		}

		t.Run("a configuration with a relative path is refused", func(t *testing.T) {
			if !refused(vm, `{"prefixes": ["shop"]}`) {
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
