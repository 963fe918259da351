package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"example.com/gateway/plugins/wasm-go/pkg/rewrite/paths"
)

// config is the checked plugin configuration.
type config struct {
	rewriter           *paths.Rewriter
	originalPathHeader string // "": not told
}

// parseConfig reads the JSON configuration; an empty one changes nothing.
func parseConfig(data []byte) (config, error) {
	raw := struct {
		Rules              []paths.Rule `json:"rules"`
		OriginalPathHeader string       `json:"original_path_header"`
	}{OriginalPathHeader: "x-original-path"}
	if len(bytes.TrimSpace(data)) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&raw); err != nil {
			return config{}, fmt.Errorf("configuration is not valid: %w", err)
		}
		if decoder.More() {
			return config{}, fmt.Errorf("configuration is not valid: more than one JSON value")
		}
	}
	if name := raw.OriginalPathHeader; name != "" && !isToken(name) {
		return config{}, fmt.Errorf("original_path_header %q is not a header name", name)
	}
	rewriter, err := paths.Compile(raw.Rules)
	if err != nil {
		return config{}, err
	}
	return config{rewriter, strings.ToLower(raw.OriginalPathHeader)}, nil
}

// isToken tells whether s can be a header name (RFC 9110, section 5.6.2).
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, r)
	})
}
