package main

import (
	"slices"
	"testing"
)

func TestCovers(t *testing.T) {
	for _, c := range []struct {
		prefixes []string
		path     string
		want     bool
	}{
		{[]string{"/shop"}, "/shop", true},
		{[]string{"/shop"}, "/shop/", true},
		{[]string{"/shop"}, "/shop/cart?id=1", true},
		{[]string{"/shop"}, "/shop?page=2", true},
		{[]string{"/shop"}, "/shopping", false},
		{[]string{"/shop"}, "/", false},
		{[]string{"/shop"}, "/blog?from=/shop", false},
		{[]string{"/shop/"}, "/shop", true},
		{[]string{"/blog", "/shop"}, "/shop/a", true},
		{[]string{"/"}, "/anything", true},
		{nil, "/", false},
	} {
		if got := (config{Prefixes: c.prefixes}).covers(c.path); got != c.want {
			t.Errorf("%v covers %s: got %v, want %v", c.prefixes, c.path, got, c.want)
		}
	}
}

func TestHeaders(t *testing.T) {
	if !slices.Contains(config{RetryAfter: 300}.headers(), [2]string{"retry-after", "300"}) {
		t.Error("retry-after is missing")
	}
	if got := (config{}).headers(); len(got) != 2 {
		t.Errorf("retry-after 0 still says something: %v", got)
	}
}

func TestParseConfig(t *testing.T) {
	for _, data := range []string{"", "{}"} {
		if got, err := parseConfig([]byte(data)); err != nil || got.underMaintenance() || got.RetryAfter != 300 {
			t.Errorf("%q: got %+v, %v", data, got, err)
		}
	}
	for title, data := range map[string]string{
		"no JSON":            `/shop`,
		"unknown key":        `{"prefix": "/shop"}`,
		"one string":         `{"prefixes": "/shop"}`,
		"relative path":      `{"prefixes": ["shop"]}`,
		"empty path":         `{"prefixes": [""]}`,
		"path with query":    `{"prefixes": ["/shop?x"]}`,
		"negative time":      `{"retry_after": -1}`,
		"time with fraction": `{"retry_after": 1.5}`,
	} {
		t.Run(title, func(t *testing.T) {
			if got, err := parseConfig([]byte(data)); err == nil {
				t.Errorf("accepted: %+v", got)
			}
		})
	}
}
