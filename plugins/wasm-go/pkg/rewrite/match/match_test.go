package match

import "testing"

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		condition  Condition
		host, path string
		want       bool
	}{
		{Condition{}, "example.com", "/", true},
		{Condition{}, "", "", true},
		{Condition{Host: "example.com"}, "example.com", "/", true},
		{Condition{Host: "Example.com"}, "eXample.com:8080", "/", true},
		{Condition{Host: "example.com"}, "www.example.com", "/", false},
		{Condition{Host: "*.example.com"}, "www.example.com", "/", true},
		{Condition{Host: "*.example.com"}, "a.b.example.com:80", "/", true},
		{Condition{Host: "*.example.com"}, "example.com", "/", false},
		{Condition{Host: "*.example.com"}, ".example.com", "/", false},
		{Condition{Host: "*.example.com"}, "badexample.com", "/", false},
		{Condition{Host: "example.com"}, "[::1]", "/", false},
		{Condition{PathPrefix: "/shop"}, "any", "/shop", true},
		{Condition{PathPrefix: "/shop"}, "any", "/shop/cart?x=1", true},
		{Condition{PathPrefix: "/shop"}, "any", "/shop?x=1", true},
		{Condition{PathPrefix: "/shop/"}, "any", "/shop", true},
		{Condition{PathPrefix: "/shop"}, "any", "/shopping", false},
		{Condition{PathPrefix: "/shop"}, "any", "/?/shop", false},
		{Condition{PathPrefix: "/"}, "any", "/x", true},
		{Condition{"example.com", "/shop"}, "example.com", "/shop", true},
		{Condition{"example.com", "/shop"}, "example.com", "/blog", false},
		{Condition{"example.com", "/shop"}, "example.org", "/shop", false},
	} {
		if got := c.condition.Matches(c.host, c.path); got != c.want {
			t.Errorf("%+v matches %s%s: got %v, want %v", c.condition, c.host, c.path, got, c.want)
		}
	}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		condition Condition
		valid     bool
	}{
		{Condition{}, true},
		{Condition{"*.example.com", "/"}, true},
		{Condition{"example.com", "/shop"}, true},
		{Condition{Host: "http://example.com"}, false},
		{Condition{Host: "example.com:80"}, false},
		{Condition{Host: "www.*.com"}, false},
		{Condition{Host: "*example.com"}, false},
		{Condition{PathPrefix: "shop"}, false},
	} {
		if err := c.condition.Validate(); (err == nil) != c.valid {
			t.Errorf("%+v: got %v", c.condition, err)
		}
	}
}
