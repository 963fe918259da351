package main

import (
	"strings"
	"testing"
)

func TestParseConfig(t *testing.T) {
	for _, c := range []struct{ data, wantHeader, wantPath string }{
		{``, "x-original-path", "/api/x"},
		{`{}`, "x-original-path", "/api/x"},
		{`{"original_path_header": ""}`, "", "/api/x"},
		{`{"original_path_header": "X-Envoy-Original-Path"}`, "x-envoy-original-path", "/api/x"},
		{`{"rules": [{"prefix": "/api", "replacement": "/v1"}]}`, "x-original-path", "/v1/x"},
	} {
		got, err := parseConfig([]byte(c.data))
		if err != nil {
			t.Fatalf("%s: %v", c.data, err)
		}
		if path, _ := got.rewriter.Rewrite("example.com", "/api/x"); path != c.wantPath || got.originalPathHeader != c.wantHeader {
			t.Errorf("%s: got %s, header %q", c.data, path, got.originalPathHeader)
		}
	}
}

func TestParseConfigSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct{ data, want string }{
		{`{"rules": [{"prefix": "/a", "replacement": "/b"}, {"regex": "("}]}`, "rules[1]"},
		{`{"rules": [{"prefx": "/a"}]}`, `unknown field "prefx"`},
		{`{"original_path_header": ":path"}`, "original_path_header"},
		{`{"rules": {}}`, "not valid"},
		{`rules`, "not valid"},
		{`{} {}`, "more than one"},
	} {
		if _, err := parseConfig([]byte(c.data)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.data, err, c.want)
		}
	}
}
