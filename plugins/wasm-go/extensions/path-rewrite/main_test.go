package main

import (
	"os"
	"testing"

	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/proxytest"
	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/types"
)

func TestPlugin(t *testing.T) {
	const config = `{"rules": [
		{"when": {"host": "api.example.com"}, "prefix": "/", "replacement": "/api"},
		{"regex": "^/users/([0-9]+)$", "replacement": "/people/$1"}
	]}`

	eachVM(t, func(t *testing.T, vm types.VMContext) {
		for _, c := range []struct {
			title, config, host, path string
			wantPath, wantOriginal    string
		}{
			{"prefix for one host", config, "api.example.com", "/users?page=2", "/api/users?page=2", "/users?page=2"},
			{"expression", config, "www.example.com", "/users/7", "/people/7", "/users/7"},
			{"no rule fits", config, "www.example.com", "/blog", "/blog", ""},
			{"no configuration", "", "api.example.com", "/users/7", "/users/7", ""},
			{
				"original path kept to itself", `{"rules": [{"prefix": "/a", "replacement": "/b"}], "original_path_header": ""}`,
				"www.example.com", "/a", "/b", "",
			},
		} {
			t.Run(c.title, func(t *testing.T) {
				host := start(t, vm, c.config)
				stream := host.InitializeHttpContext()
				if action := host.CallOnRequestHeaders(stream, [][2]string{
					{":authority", c.host}, {":path", c.path},
				}, true); action != types.ActionContinue {
					t.Fatalf("the request stops: action %d", action)
				}
				headers := host.GetCurrentRequestHeaders(stream)
				if got := value(headers, ":path"); got != c.wantPath {
					t.Errorf("path is %q, want %q", got, c.wantPath)
				}
				if got := value(headers, "x-original-path"); got != c.wantOriginal {
					t.Errorf("x-original-path is %q, want %q", got, c.wantOriginal)
				}
			})
		}

		t.Run("a broken expression is refused", func(t *testing.T) {
			if !refused(vm, `{"rules": [{"regex": "(", "replacement": "/"}]}`) {
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
