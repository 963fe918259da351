package paths

import (
	"testing"

	"example.com/gateway/plugins/wasm-go/pkg/rewrite/match"
)

func TestRewrite(t *testing.T) {
	for _, c := range []struct {
		title   string
		rule    Rule
		path    string
		want    string
		changed bool
	}{
		{"prefix", Rule{Prefix: "/api/v1", Replacement: "/v1"}, "/api/v1/users", "/v1/users", true},
		{"prefix alone", Rule{Prefix: "/api", Replacement: "/v1"}, "/api", "/v1", true},
		{"prefix with slash", Rule{Prefix: "/api/", Replacement: "/v1/"}, "/api/users", "/v1/users", true},
		{"prefix dropped", Rule{Prefix: "/api", Replacement: "/"}, "/api/users", "/users", true},
		{"prefix dropped, nothing left", Rule{Prefix: "/api", Replacement: "/"}, "/api", "/", true},
		{"prefix put before all", Rule{Prefix: "/", Replacement: "/app"}, "/users", "/app/users", true},
		{"prefix inside a segment", Rule{Prefix: "/api", Replacement: "/v1"}, "/apis", "/apis", false},
		{"prefix not at the start", Rule{Prefix: "/api", Replacement: "/v1"}, "/x/api", "/x/api", false},
		{"query stays", Rule{Prefix: "/api", Replacement: "/v1"}, "/api?to=/api", "/v1?to=/api", true},
		{"empty query stays", Rule{Prefix: "/api", Replacement: "/v1"}, "/api?", "/v1?", true},
		{"same result", Rule{Prefix: "/api", Replacement: "/api"}, "/api/x", "/api/x", false},
		{"groups", Rule{Regex: `^/u/(\w+)/p/(?P<post>\d+)$`, Replacement: "/posts/${post}/by/$1"}, "/u/ann/p/7", "/posts/7/by/ann", true},
		{"regex that finds nothing", Rule{Regex: `^/u/(\d+)$`, Replacement: "/$1"}, "/u/ann", "/u/ann", false},
		{"regex does not see the query", Rule{Regex: `secret`, Replacement: "x"}, "/a?secret", "/a?secret", false},
		{"result is absolute", Rule{Regex: `^/old`, Replacement: ""}, "/old", "/", true},
		{"result has one leading slash", Rule{Regex: `^/old`, Replacement: ""}, "/old//evil.example.com", "/evil.example.com", true},
		{"condition on the host", Rule{When: match.Condition{Host: "b.example.com"}, Prefix: "/api", Replacement: "/v1"}, "/api", "/api", false},
	} {
		t.Run(c.title, func(t *testing.T) {
			rewriter, err := Compile([]Rule{c.rule})
			if err != nil {
				t.Fatal(err)
			}
			if got, changed := rewriter.Rewrite("a.example.com", c.path); got != c.want || changed != c.changed {
				t.Errorf("got %s, %v; want %s, %v", got, changed, c.want, c.changed)
			}
		})
	}
}

func TestTheFirstRuleThatFitsDecides(t *testing.T) {
	rewriter, err := Compile([]Rule{
		{Prefix: "/api/beta", Replacement: "/beta"},
		{Prefix: "/api", Replacement: "/v1"},
		{Prefix: "/v1", Replacement: "/v2"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"/api/beta/x": "/beta/x", "/api/x": "/v1/x", "/v1/x": "/v2/x", "/x": "/x"} {
		if got, _ := rewriter.Rewrite("example.com", path); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	for title, rule := range map[string]Rule{
		"neither prefix nor regex": {Replacement: "/"},
		"both":                     {Prefix: "/a", Regex: "a", Replacement: "/"},
		"relative prefix":          {Prefix: "a", Replacement: "/"},
		"relative replacement":     {Prefix: "/a", Replacement: "b"},
		"no replacement":           {Prefix: "/a"},
		"replacement with query":   {Prefix: "/a", Replacement: "/b?c"},
		"broken regex":             {Regex: "(", Replacement: "/"},
		"bad condition":            {When: match.Condition{Host: "a/b"}, Prefix: "/a", Replacement: "/"},
	} {
		t.Run(title, func(t *testing.T) {
			if _, err := Compile([]Rule{rule}); err == nil {
				t.Error("accepted")
			}
		})
	}
}
