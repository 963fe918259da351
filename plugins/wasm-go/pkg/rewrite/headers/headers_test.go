package headers

import (
	"slices"
	"testing"

	"example.com/gateway/plugins/wasm-go/pkg/rewrite/match"
)

func TestEditsFollowTheRules(t *testing.T) {
	rules := []Rule{
		{
			Remove: []string{"X-Debug"},
			Set:    map[string]string{"X-B": "2", "X-A": "1"},
			Add:    map[string]string{"Via": "gateway"},
		},
		{When: match.Condition{PathPrefix: "/shop"}, Set: map[string]string{"x-team": "shop"}},
		{When: match.Condition{Host: "other.example.com"}, Remove: []string{"cookie"}},
	}
	always := []Edit{{Remove, "x-debug", ""}, {Set, "x-a", "1"}, {Set, "x-b", "2"}, {Add, "via", "gateway"}}

	for _, c := range []struct {
		host, path string
		want       []Edit
	}{
		{"example.com", "/", always},
		{"example.com", "/shop/cart", append(slices.Clone(always), Edit{Set, "x-team", "shop"})},
		{"other.example.com", "/", append(slices.Clone(always), Edit{Remove, "cookie", ""})},
	} {
		if got := Edits(rules, c.host, c.path); !slices.Equal(got, c.want) {
			t.Errorf("%s%s: got %v, want %v", c.host, c.path, got, c.want)
		}
	}
	if got := Edits(nil, "example.com", "/"); len(got) != 0 {
		t.Errorf("no rules make edits: %v", got)
	}
}

func TestValidate(t *testing.T) {
	for title, c := range map[string]struct {
		rule  Rule
		valid bool
	}{
		"set":             {Rule{Set: map[string]string{"a": "b"}}, true},
		"remove":          {Rule{Remove: []string{"a"}}, true},
		"nothing":         {Rule{}, false},
		"bad condition":   {Rule{When: match.Condition{PathPrefix: "x"}, Remove: []string{"a"}}, false},
		"pseudo header":   {Rule{Set: map[string]string{":path": "/"}}, false},
		"bad name to add": {Rule{Add: map[string]string{"a b": "c"}}, false},
		"bad to remove":   {Rule{Remove: []string{""}}, false},
		"line break":      {Rule{Set: map[string]string{"a": "b\r\nc: d"}}, false},
		"empty value":     {Rule{Add: map[string]string{"a": ""}}, false},
	} {
		t.Run(title, func(t *testing.T) {
			if err := c.rule.Validate(); (err == nil) != c.valid {
				t.Errorf("got %v", err)
			}
		})
	}
}
