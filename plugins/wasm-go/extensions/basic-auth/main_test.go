package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/higress-group/proxy-wasm-go-sdk/proxywasm/types"
	"github.com/higress-group/wasm-go/pkg/test"
)

// TestPlugin runs every case as native Go and, when WASM_FILE_PATH names the
// built module, once more inside that module.
func TestPlugin(t *testing.T) {
	path := os.Getenv("WASM_FILE_PATH")
	if path != "" {
		// The harness skips a module that is missing; a path given on purpose must not be skipped.
		if _, err := os.Stat(path); err != nil {
			t.Fatal(err)
		}
	}

	const config = `{"realm": "shop", "hide_credentials": true,
		"consumers": [{"name": "alice", "credential": "alice:wonderland"}]}`

	test.RunTestWithPath(t, path, func(t *testing.T) {
		for _, c := range []struct {
			title, config string
			header        [2]string
			wantConsumer  string
		}{
			{"valid credentials", config, [2]string{"authorization", basic("alice:wonderland")}, "alice"},
			{"wrong password", config, [2]string{"authorization", basic("alice:looking-glass")}, ""},
			{"no credentials, name claimed", config, [2]string{"x-mse-consumer", "alice"}, ""},
			{"empty configuration", `{}`, [2]string{"authorization", basic("alice:wonderland")}, ""},
		} {
			t.Run(c.title, func(t *testing.T) {
				host, status := test.NewTestHost(json.RawMessage(c.config))
				defer host.Reset()
				if status != types.OnPluginStartStatusOK {
					t.Fatal("the plugin did not start")
				}

				action := host.CallOnHttpRequestHeaders([][2]string{
					{":authority", "shop.example.com"}, {":method", "GET"}, {":path", "/"}, c.header,
				})

				response := host.GetLocalResponse()
				if c.wantConsumer == "" {
					if action != types.ActionPause || response == nil || response.StatusCode != 401 {
						t.Fatalf("the request was not refused: action %d, response %+v", action, response)
					}
					if got := value(response.Headers, "www-authenticate"); !strings.HasPrefix(got, `Basic realm="`) {
						t.Errorf("www-authenticate is %q", got)
					}
					return
				}
				if action != types.ActionContinue || response != nil {
					t.Fatalf("the request was refused: action %d, response %+v", action, response)
				}
				if got := value(host.GetRequestHeaders(), "x-mse-consumer"); got != c.wantConsumer {
					t.Errorf("x-mse-consumer is %q, want %q", got, c.wantConsumer)
				}
				if got := value(host.GetRequestHeaders(), "authorization"); got != "" {
					t.Errorf("the credentials reach the upstream: %q", got)
				}
			})
		}

		t.Run("client cannot choose its name", func(t *testing.T) {
			host, _ := test.NewTestHost(json.RawMessage(config))
			defer host.Reset()
			host.CallOnHttpRequestHeaders([][2]string{
				{":authority", "shop.example.com"}, {":path", "/"},
				{"authorization", basic("alice:wonderland")}, {"x-mse-consumer", "admin"},
			})
			if got := value(host.GetRequestHeaders(), "x-mse-consumer"); got != "alice" {
				t.Errorf("x-mse-consumer is %q", got)
			}
		})

		t.Run("configuration that cannot be used", func(t *testing.T) {
			host, status := test.NewTestHost(json.RawMessage(`{"consumers": [{"name": "alice"}]}`))
			defer host.Reset()
			if status != types.OnPluginStartStatusFailed {
				t.Error("the plugin started")
			}
		})
	})
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
