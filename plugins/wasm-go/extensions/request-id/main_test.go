package main

import (
	"os"
	"regexp"
	"testing"

	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/proxytest"
	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/types"
)

var uuid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func TestPlugin(t *testing.T) {
	eachVM(t, func(t *testing.T, vm types.VMContext) {
		t.Run("a request without id gets one, and so does its response", func(t *testing.T) {
			host := start(t, vm, "")
			stream := host.InitializeHttpContext()
			if action := host.CallOnRequestHeaders(stream, [][2]string{{":path", "/"}}, true); action != types.ActionContinue {
				t.Fatalf("the request stops: action %d", action)
			}
			id := value(host.GetCurrentRequestHeaders(stream), "x-request-id")
			if !uuid.MatchString(id) {
				t.Fatalf("x-request-id is %q", id)
			}
			host.CallOnResponseHeaders(stream, [][2]string{{":status", "200"}}, true)
			if got := value(host.GetCurrentResponseHeaders(stream), "x-request-id"); got != id {
				t.Errorf("the response has %q, the request %q", got, id)
			}
		})

		t.Run("two requests get different ids", func(t *testing.T) {
			host := start(t, vm, "{}")
			var ids [2]string
			for i := range ids {
				stream := host.InitializeHttpContext()
				host.CallOnRequestHeaders(stream, [][2]string{{":path", "/"}}, true)
				ids[i] = value(host.GetCurrentRequestHeaders(stream), "x-request-id")
			}
			if ids[0] == ids[1] {
				t.Errorf("both got %q", ids[0])
			}
		})

		t.Run("a usable id is kept, in the configured header", func(t *testing.T) {
			host := start(t, vm, `{"header": "X-Correlation-Id"}`)
			stream := host.InitializeHttpContext()
			host.CallOnRequestHeaders(stream, [][2]string{{":path", "/"}, {"x-correlation-id", "abc-1"}}, true)
			host.CallOnResponseHeaders(stream, [][2]string{{":status", "200"}}, true)
			request, response := host.GetCurrentRequestHeaders(stream), host.GetCurrentResponseHeaders(stream)
			if got := value(request, "x-correlation-id"); got != "abc-1" {
				t.Errorf("the request has %q", got)
			}
			if got := value(response, "x-correlation-id"); got != "abc-1" {
				t.Errorf("the response has %q", got)
			}
			if got := value(request, "x-request-id"); got != "" {
				t.Errorf("the default header is set too: %q", got)
			}
		})

		t.Run("an unusable id is replaced", func(t *testing.T) {
			host := start(t, vm, "")
			stream := host.InitializeHttpContext()
			host.CallOnRequestHeaders(stream, [][2]string{{":path", "/"}, {"x-request-id", "a b"}}, true)
			if got := value(host.GetCurrentRequestHeaders(stream), "x-request-id"); !uuid.MatchString(got) {
				t.Errorf("x-request-id is %q", got)
			}
		})

		t.Run("echo can be disabled", func(t *testing.T) {
			host := start(t, vm, `{"echo": false}`)
			stream := host.InitializeHttpContext()
			host.CallOnRequestHeaders(stream, [][2]string{{":path", "/"}}, true)
			host.CallOnResponseHeaders(stream, [][2]string{{":status", "200"}}, true)
			if got := value(host.GetCurrentResponseHeaders(stream), "x-request-id"); got != "" {
				t.Errorf("the response has %q", got)
			}
		})

		t.Run("a configuration with an unknown key is refused", func(t *testing.T) {
			if !refused(vm, `{"headers": []}`) {
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
