// Package headers turns rules about headers into the changes for one request.
package headers

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"example.com/gateway/plugins/wasm-go/pkg/rewrite/match"
)

// Rule says what happens to the headers of the requests (or of their
// responses) it is about: first Remove, then Set, then Add.
type Rule struct {
	When   match.Condition   `json:"when"`
	Remove []string          `json:"remove"`
	Set    map[string]string `json:"set"`
	Add    map[string]string `json:"add"`
}

// Action is what an Edit does to its header.
type Action int

// The actions of an Edit.
const (
	Remove Action = iota // remove every value
	Set                  // replace every value
	Add                  // add one more value
)

// Edit is one change.
type Edit struct {
	Action Action
	Name   string // lower case
	Value  string // empty for Remove
}

// Validate says what is wrong with the rule.
func (r Rule) Validate() error {
	if err := r.When.Validate(); err != nil {
		return fmt.Errorf("when: %w", err)
	}
	if len(r.Remove)+len(r.Set)+len(r.Add) == 0 {
		return fmt.Errorf("the rule changes nothing: give it remove, set or add")
	}
	names := slices.Concat(r.Remove, slices.Collect(maps.Keys(r.Set)), slices.Collect(maps.Keys(r.Add)))
	slices.Sort(names)
	for _, name := range names {
		if !isToken(name) {
			return fmt.Errorf("%q is not a header name", name)
		}
	}
	for _, values := range []map[string]string{r.Set, r.Add} {
		for _, name := range slices.Sorted(maps.Keys(values)) {
			if !isPrintable(values[name]) {
				return fmt.Errorf("the value of %s must be printable ASCII text", name)
			}
		}
	}
	return nil
}

// Edits lists the changes of all rules about a request, in the order of the
// rules; within a rule, sorted by name.
func Edits(rules []Rule, host, path string) []Edit {
	var edits []Edit
	for _, rule := range rules {
		if !rule.When.Matches(host, path) {
			continue
		}
		for _, name := range rule.Remove {
			edits = append(edits, Edit{Remove, strings.ToLower(name), ""})
		}
		edits = appendValues(edits, Set, rule.Set)
		edits = appendValues(edits, Add, rule.Add)
	}
	return edits
}

func appendValues(edits []Edit, action Action, values map[string]string) []Edit {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		edits = append(edits, Edit{action, strings.ToLower(name), values[name]})
	}
	return edits
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
