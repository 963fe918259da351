package main

import (
	"os"
	"testing"

	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/proxytest"
	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/types"
)

func TestPlugin(t *testing.T) {
	const config = `{
		"request": [
			{"remove": ["x-debug"], "set": {"X-Gateway": "edge"}},
			{"when": {"host": "*.example.com", "path_prefix": "/shop"}, "set": {"x-team": "shop"}}
		],
		"response": [
			{"when": {"host": "*.example.com", "path_prefix": "/shop"}, "set": {"cache-control": "no-store"}, "add": {"x-served-by": "edge"}}
		]
	}`

	eachVM(t, func(t *testing.T, vm types.VMContext) {
		for _, c := range []struct {
			title, config, host, path string
			wantRequest, wantResponse map[string]string // "" stands for absent
		}{
			{
				"rules that fit", config, "www.example.com", "/shop/cart?x=1",
				map[string]string{"x-debug": "", "x-gateway": "edge", "x-team": "shop", "accept": "*/*"},
				map[string]string{"cache-control": "no-store", "x-served-by": "edge", ":status": "200"},
			},
			{
				"other path: only the rule without condition", config, "www.example.com", "/blog",
				map[string]string{"x-debug": "", "x-gateway": "edge", "x-team": "", "accept": "*/*"},
				map[string]string{"cache-control": "max-age=60", "x-served-by": ""},
			},
			{
				"other host: only the rule without condition", config, "www.example.org", "/shop",
				map[string]string{"x-debug": "", "x-gateway": "edge", "x-team": "", "accept": "*/*"},
				map[string]string{"cache-control": "max-age=60", "x-served-by": ""},
			},
			{
				"no configuration", "", "www.example.com", "/shop",
				map[string]string{"x-debug": "1", "x-gateway": "client", "x-team": ""},
				map[string]string{"cache-control": "max-age=60", "x-served-by": ""},
			},
		} {
			t.Run(c.title, func(t *testing.T) {
				host := start(t, vm, c.config)
				stream := host.InitializeHttpContext()
				if action := host.CallOnRequestHeaders(stream, [][2]string{
					{":authority", c.host}, {":path", c.path}, {"x-debug", "1"}, {"x-gateway", "client"}, {"accept", "*/*"},
				}, true); action != types.ActionContinue {
					t.Fatalf("the request stops: action %d", action)
				}
				if action := host.CallOnResponseHeaders(stream, [][2]string{
					{":status", "200"}, {"cache-control", "max-age=60"},
				}, true); action != types.ActionContinue {
					t.Fatalf("the response stops: action %d", action)
				}
				for name, want := range c.wantRequest {
					if got := value(host.GetCurrentRequestHeaders(stream), name); got != want {
						t.Errorf("request header %s is %q, want %q", name, got, want)
					}
				}
				for name, want := range c.wantResponse {
					if got := value(host.GetCurrentResponseHeaders(stream), name); got != want {
						t.Errorf("response header %s is %q, want %q", name, got, want)
					}
				}
			})
		}

		t.Run("a rule that changes nothing is refused", func(t *testing.T) {
			if !refused(vm, `{"request": [{"when": {"host": "example.com"}}]}`) {
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
