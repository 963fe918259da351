// Package match decides which requests a rewrite rule is about.
package match

import (
	"fmt"
	"strings"
)

// Condition limits a rule to some requests. The zero Condition matches all.
type Condition struct {
	// Host is a host name, or *.example.com for all below example.com.
	Host string `json:"host"`
	// PathPrefix is an absolute path; it matches whole segments.
	PathPrefix string `json:"path_prefix"`
}

// Validate says what is wrong with the condition.
func (c Condition) Validate() error {
	if strings.ContainsAny(c.Host, "/:") || strings.Contains(strings.TrimPrefix(c.Host, "*."), "*") {
		return fmt.Errorf("host %q is neither a host name nor *.name", c.Host)
	}
	if c.PathPrefix != "" && !strings.HasPrefix(c.PathPrefix, "/") {
		return fmt.Errorf("path_prefix %q is not an absolute path", c.PathPrefix)
	}
	return nil
}

// Matches tells whether a request is meant, given its host (with or without
// port) and its path (with or without query).
func (c Condition) Matches(host, path string) bool {
	if c.Host != "" && !hostMatches(strings.ToLower(c.Host), strings.ToLower(host)) {
		return false
	}
	if c.PathPrefix == "" {
		return true
	}
	path, _, _ = strings.Cut(path, "?")
	_, found := CutPrefix(path, c.PathPrefix)
	return found
}

// CutPrefix removes a path prefix of whole segments. The rest is empty or
// starts with a slash: /shop leaves /cart of /shop/cart, and does not fit /shopping.
func CutPrefix(path, prefix string) (rest string, found bool) {
	rest, found = strings.CutPrefix(path, strings.TrimSuffix(prefix, "/"))
	if !found || rest != "" && rest[0] != '/' {
		return path, false
	}
	return rest, true
}

func hostMatches(pattern, host string) bool {
	// The port, if any, follows the last colon; those of an IPv6 address end at the bracket.
	if colon := strings.LastIndexByte(host, ':'); colon > strings.LastIndexByte(host, ']') {
		host = host[:colon]
	}
	if suffix, wildcard := strings.CutPrefix(pattern, "*"); wildcard {
		return len(host) > len(suffix) && strings.HasSuffix(host, suffix)
	}
	return host == pattern
}
