package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// config is the plugin configuration.
type config struct {
	// Prefixes are the paths under maintenance, with all that lies below them.
	Prefixes []string `json:"prefixes"`
	// RetryAfter is when clients may come back, in seconds; 0 does not say.
	RetryAfter int `json:"retry_after"`
}

// parseConfig reads the JSON configuration; with an empty one nothing is under maintenance.
func parseConfig(data []byte) (config, error) {
	c := config{RetryAfter: 300}
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
	for _, prefix := range c.Prefixes {
		if !strings.HasPrefix(prefix, "/") || strings.ContainsAny(prefix, "?#") {
			return config{}, fmt.Errorf("prefixes: %q is not an absolute path", prefix)
		}
	}
	if c.RetryAfter < 0 {
		return config{}, fmt.Errorf("retry_after must not be negative")
	}
	return c, nil
}

// underMaintenance tells whether any path is.
func (c config) underMaintenance() bool {
	return len(c.Prefixes) > 0
}

// covers tells whether a request path (with or without query) is under
// maintenance. Prefixes end at a segment: /shop covers /shop/cart, not /shopping.
func (c config) covers(path string) bool {
	path, _, _ = strings.Cut(path, "?")
	for _, prefix := range c.Prefixes {
		prefix = strings.TrimSuffix(prefix, "/")
		if rest, found := strings.CutPrefix(path, prefix); found && (rest == "" || rest[0] == '/') {
			return true
		}
	}
	return false
}

// headers of the answer under maintenance.
func (c config) headers() [][2]string {
	headers := [][2]string{
		{"content-type", "text/html; charset=utf-8"},
		{"cache-control", "no-store"},
	}
	if c.RetryAfter > 0 {
		headers = append(headers, [2]string{"retry-after", strconv.Itoa(c.RetryAfter)})
	}
	return headers
}
