// Package cookies edits the Cookie header of a request.
package cookies

import (
	"slices"
	"strings"
)

// Remove returns a Cookie header without the named cookies, "" when none is
// left. Names are compared as they are: cookie names are case-sensitive.
func Remove(header string, names ...string) string {
	var kept []string
	for _, pair := range strings.Split(header, ";") {
		pair = strings.TrimSpace(pair)
		name, _, _ := strings.Cut(pair, "=")
		if pair != "" && !slices.Contains(names, name) {
			kept = append(kept, pair)
		}
	}
	return strings.Join(kept, "; ")
}
