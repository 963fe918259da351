package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// defaults hold for every site: none of them changes how a page works that
// does not rely on being framed by strangers. Strict-Transport-Security and
// Content-Security-Policy are left to the configuration, because a wrong one
// locks users out.
var defaults = map[string]string{
	"x-content-type-options":            "nosniff",
	"x-frame-options":                   "SAMEORIGIN",
	"x-permitted-cross-domain-policies": "none",
	"referrer-policy":                   "strict-origin-when-cross-origin",
}

// policy says what happens to the headers of a response.
type policy struct {
	set      []header // sorted by name
	remove   []string
	override bool // set replaces what the upstream sent
}

type header struct{ name, value string }

// parsePolicy reads the JSON configuration and completes it with the defaults.
// A header set to null is left alone, also when it is one of the defaults.
func parsePolicy(data []byte) (policy, error) {
	raw := struct {
		Headers  map[string]*string `json:"headers"`
		Remove   []string           `json:"remove"`
		Override bool               `json:"override"`
	}{}
	if len(bytes.TrimSpace(data)) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&raw); err != nil {
			return policy{}, fmt.Errorf("configuration is not valid: %w", err)
		}
		if decoder.More() {
			return policy{}, fmt.Errorf("configuration is not valid: more than one JSON value")
		}
	}

	values := maps.Clone(defaults)
	for name, value := range raw.Headers {
		if !isToken(name) {
			return policy{}, fmt.Errorf("headers: %q is not a header name", name)
		}
		if value == nil {
			delete(values, strings.ToLower(name))
			continue
		}
		if !isPrintable(*value) {
			return policy{}, fmt.Errorf("headers: the value of %s must be printable ASCII text; null leaves the header alone", name)
		}
		values[strings.ToLower(name)] = *value
	}

	result := policy{override: raw.Override}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		result.set = append(result.set, header{name, values[name]})
	}
	for _, name := range raw.Remove {
		if !isToken(name) {
			return policy{}, fmt.Errorf("remove: %q is not a header name", name)
		}
		result.remove = append(result.remove, strings.ToLower(name))
	}
	return result, nil
}

// isPrintable tells whether s can be a header value: ASCII, visible or space, not empty.
func isPrintable(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
}

// isToken tells whether s can be a header name (RFC 9110, section 5.6.2).
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}
