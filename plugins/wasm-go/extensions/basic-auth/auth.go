package main

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
)

const (
	defaultRealm          = "gateway"
	defaultConsumerHeader = "x-mse-consumer"
)

// Config is the checked configuration of one plugin instance or rule.
type Config struct {
	realm           string
	consumerHeader  string
	hideCredentials bool
	consumers       []consumer
}

// consumer is somebody who may pass. Only a digest of the credential is kept:
// digests have one length, so comparing them tells nothing about that of the password.
type consumer struct {
	name       string
	credential [sha256.Size]byte
}

// parseConfig reads the JSON configuration. An empty one is valid and admits nobody.
// Keys it does not know are left to the gateway, which adds its own (_rules_, _match_route_).
func parseConfig(data []byte) (Config, error) {
	raw := struct {
		Realm           string `json:"realm"`
		ConsumerHeader  string `json:"consumer_header"`
		HideCredentials bool   `json:"hide_credentials"`
		Consumers       []struct {
			Name       string `json:"name"`
			Credential string `json:"credential"`
		} `json:"consumers"`
	}{Realm: defaultRealm, ConsumerHeader: defaultConsumerHeader}
	if len(data) > 0 {
		if err := json.Unmarshal(data, &raw); err != nil {
			return Config{}, fmt.Errorf("configuration is not valid: %w", err)
		}
	}

	config := Config{
		realm:           raw.Realm,
		consumerHeader:  strings.ToLower(raw.ConsumerHeader),
		hideCredentials: raw.HideCredentials,
	}
	if !isPrintable(config.realm) {
		return Config{}, fmt.Errorf("realm must be printable ASCII text")
	}
	if !isToken(config.consumerHeader) {
		return Config{}, fmt.Errorf("consumer_header %q is not a header name", raw.ConsumerHeader)
	}

	names, users := map[string]bool{}, map[string]bool{}
	for i, c := range raw.Consumers {
		if !isPrintable(c.Name) {
			return Config{}, fmt.Errorf("consumers[%d]: name must be printable ASCII text", i)
		}
		user, _, found := strings.Cut(c.Credential, ":")
		if !found || user == "" || strings.ContainsFunc(c.Credential, unicode.IsControl) {
			return Config{}, fmt.Errorf("consumers[%d] (%s): credential must have the form user:password", i, c.Name)
		}
		if names[c.Name] || users[user] {
			return Config{}, fmt.Errorf("consumers[%d] (%s): its name or its user is already taken", i, c.Name)
		}
		names[c.Name], users[user] = true, true
		config.consumers = append(config.consumers, consumer{c.Name, sha256.Sum256([]byte(c.Credential))})
	}
	return config, nil
}

// authenticate returns the name of the consumer an Authorization header belongs to.
func (c Config) authenticate(authorization string) (name string, ok bool) {
	scheme, encoded, found := strings.Cut(authorization, " ")
	if !found || !strings.EqualFold(scheme, "Basic") {
		return "", false
	}
	credential, err := base64.StdEncoding.DecodeString(strings.TrimSpace(encoded))
	if err != nil {
		return "", false
	}
	digest := sha256.Sum256(credential)
	// No early return: every consumer costs the same time, found or not.
	for _, candidate := range c.consumers {
		if subtle.ConstantTimeCompare(digest[:], candidate.credential[:]) == 1 {
			name, ok = candidate.name, true
		}
	}
	return name, ok
}

// challenge is the WWW-Authenticate value that asks for credentials.
func (c Config) challenge() string {
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(c.realm)
	return `Basic realm="` + quoted + `", charset="UTF-8"`
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
