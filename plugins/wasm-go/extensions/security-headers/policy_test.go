package main

import (
	"maps"
	"testing"
)

func settings(p policy) map[string]string {
	values := map[string]string{}
	for _, header := range p.set {
		values[header.name] = header.value
	}
	return values
}

func TestEmptyConfigurationMeansTheDefaults(t *testing.T) {
	for _, data := range []string{"", " ", "{}", `{"headers": {}}`} {
		got, err := parsePolicy([]byte(data))
		if err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		if !maps.Equal(settings(got), defaults) || got.override || len(got.remove) != 0 {
			t.Errorf("%q: got %+v", data, got)
		}
	}
}

func TestConfigurationChangesTheDefaults(t *testing.T) {
	got, err := parsePolicy([]byte(`{
		"headers": {"X-Frame-Options": "DENY", "Referrer-Policy": null, "permissions-policy": "camera=()"},
		"remove": ["X-Powered-By"], "override": true
	}`))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"x-content-type-options":            "nosniff",
		"x-frame-options":                   "DENY",
		"x-permitted-cross-domain-policies": "none",
		"permissions-policy":                "camera=()",
	}
	if !maps.Equal(settings(got), want) {
		t.Errorf("set is %v, want %v", settings(got), want)
	}
	if len(got.remove) != 1 || got.remove[0] != "x-powered-by" || !got.override {
		t.Errorf("got %+v", got)
	}
	if len(defaults) != 4 || defaults["x-frame-options"] != "SAMEORIGIN" {
		t.Errorf("a configuration changed the defaults: %v", defaults)
	}
}

func TestHeadersAreSetInAFixedOrder(t *testing.T) {
	got, err := parsePolicy([]byte(`{"headers": {"b": "2", "a": "1", "z": "3"}}`))
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(got.set); i++ {
		if got.set[i-1].name >= got.set[i].name {
			t.Fatalf("not sorted: %v", got.set)
		}
	}
}

func TestParsePolicyRefuses(t *testing.T) {
	for title, data := range map[string]string{
		"no JSON":             `x-frame-options: DENY`,
		"unknown key":         `{"header": {}}`,
		"wrong type":          `{"headers": {"x-frame-options": true}}`,
		"pseudo header":       `{"headers": {":status": "200"}}`,
		"empty value":         `{"headers": {"x-frame-options": ""}}`,
		"line break in value": `{"headers": {"a": "b\r\nc: d"}}`,
		"bad name in remove":  `{"remove": ["x y"]}`,
	} {
		t.Run(title, func(t *testing.T) {
			if got, err := parsePolicy([]byte(data)); err == nil {
				t.Errorf("accepted: %+v", got)
			}
		})
	}
}
