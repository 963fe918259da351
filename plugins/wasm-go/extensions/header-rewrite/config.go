package main

import (
	"bytes"
	"encoding/json"
	"fmt"

	"example.com/gateway/plugins/wasm-go/pkg/rewrite/headers"
)

// config is the plugin configuration.
type config struct {
	Request  []headers.Rule `json:"request"`
	Response []headers.Rule `json:"response"`
}

// parseConfig reads the JSON configuration; an empty one changes nothing.
func parseConfig(data []byte) (config, error) {
	var c config
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
	for i, rule := range c.Request {
		if err := rule.Validate(); err != nil {
			return config{}, fmt.Errorf("request[%d]: %w", i, err)
		}
	}
	for i, rule := range c.Response {
		if err := rule.Validate(); err != nil {
			return config{}, fmt.Errorf("response[%d]: %w", i, err)
		}
	}
	return c, nil
}
