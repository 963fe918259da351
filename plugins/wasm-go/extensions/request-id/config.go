package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// config is the plugin configuration.
type config struct {
	// Header carries the identifier, in requests and in responses.
	Header string `json:"header"`
	// Echo returns the identifier to the caller.
	Echo bool `json:"echo"`
}

// parseConfig reads the JSON configuration; an empty one means the defaults.
func parseConfig(data []byte) (config, error) {
	c := config{Header: "x-request-id", Echo: true}
	if len(bytes.TrimSpace(data)) == 0 {
		return c, nil
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		return config{}, fmt.Errorf("configuration is not valid: %w", err)
	}
	if decoder.More() {
		return config{}, fmt.Errorf("configuration is not valid: more than one JSON value")
	}
	c.Header = strings.ToLower(c.Header)
	if !isToken(c.Header) {
		return config{}, fmt.Errorf("header %q is not a header name", c.Header)
	}
	return c, nil
}

// isToken tells whether s can be a header name (RFC 9110, section 5.6.2).
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}
