package main

import (
	"strings"
	"testing"
)

func TestParseConfig(t *testing.T) {
	for _, data := range []string{"", "\n", "{}"} {
		if got, err := parseConfig([]byte(data)); err != nil || len(got.Request)+len(got.Response) != 0 {
			t.Errorf("%q: got %+v, %v", data, got, err)
		}
	}
	got, err := parseConfig([]byte(`{"request": [{"when": {"path_prefix": "/shop"}, "set": {"x-team": "shop"}}],
		"response": [{"remove": ["server"]}, {"add": {"vary": "origin"}}]}`))
	if err != nil || len(got.Request) != 1 || len(got.Response) != 2 || got.Request[0].When.PathPrefix != "/shop" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestParseConfigSaysWhichRuleIsWrong(t *testing.T) {
	for _, c := range []struct{ data, want string }{
		{`{"request": [{"remove": ["a"]}, {}]}`, "request[1]"},
		{`{"response": [{"set": {":status": "200"}}]}`, "response[0]"},
		{`{"request": [{"replace": {"a": "b"}}]}`, `unknown field "replace"`},
		{`{"request": {}}`, "not valid"},
		{`request`, "not valid"},
		{`{} {}`, "more than one"},
	} {
		if got, err := parseConfig([]byte(c.data)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %+v, %v; want %q", c.data, got, err, c.want)
		}
	}
}
