// Package paths rewrites the path of a request by rules.
package paths

import (
	"fmt"
	"regexp"
	"strings"

	"example.com/gateway/plugins/wasm-go/pkg/rewrite/match"
)

// Rule replaces either a prefix of whole segments or what a regular
// expression (RE2 syntax) finds. The query is never touched.
type Rule struct {
	When match.Condition `json:"when"`
	// Prefix is an absolute path that Replacement takes the place of.
	Prefix string `json:"prefix"`
	// Regex is searched in the path; $1, ${name} in Replacement stand for its groups.
	Regex       string `json:"regex"`
	Replacement string `json:"replacement"`
}

// Rewriter applies a list of rules.
type Rewriter struct {
	rules []compiled
}

type compiled struct {
	Rule
	regex *regexp.Regexp // nil for a prefix rule
}

// Compile checks the rules; the error names the first one that cannot be used.
func Compile(rules []Rule) (*Rewriter, error) {
	rewriter := &Rewriter{}
	for i, rule := range rules {
		c, err := compile(rule)
		if err != nil {
			return nil, fmt.Errorf("rules[%d]: %w", i, err)
		}
		rewriter.rules = append(rewriter.rules, c)
	}
	return rewriter, nil
}

func compile(rule Rule) (compiled, error) {
	if err := rule.When.Validate(); err != nil {
		return compiled{}, fmt.Errorf("when: %w", err)
	}
	if strings.ContainsAny(rule.Replacement, "?# \r\n") {
		return compiled{}, fmt.Errorf("replacement %q is not a path", rule.Replacement)
	}
	switch {
	case (rule.Prefix == "") == (rule.Regex == ""):
		return compiled{}, fmt.Errorf("give it either prefix or regex")
	case rule.Regex != "":
		regex, err := regexp.Compile(rule.Regex)
		if err != nil {
			return compiled{}, fmt.Errorf("regex: %w", err)
		}
		return compiled{rule, regex}, nil
	case !strings.HasPrefix(rule.Prefix, "/"):
		return compiled{}, fmt.Errorf("prefix %q is not an absolute path", rule.Prefix)
	case !strings.HasPrefix(rule.Replacement, "/"):
		return compiled{}, fmt.Errorf("replacement %q is not an absolute path", rule.Replacement)
	}
	return compiled{Rule: rule}, nil
}

// Rewrite returns the new path of a request (query included). The first rule
// that fits decides; changed is false when none does or when it changes nothing.
func (r *Rewriter) Rewrite(host, path string) (rewritten string, changed bool) {
	bare, query := path, ""
	if at := strings.IndexByte(path, '?'); at >= 0 {
		bare, query = path[:at], path[at:]
	}
	for _, rule := range r.rules {
		if !rule.When.Matches(host, bare) {
			continue
		}
		if result, fits := rule.apply(bare); fits {
			return result + query, result != bare
		}
	}
	return path, false
}

// apply rewrites a path without query; the result is absolute.
func (c compiled) apply(path string) (result string, fits bool) {
	if c.regex != nil {
		if !c.regex.MatchString(path) {
			return path, false
		}
		return "/" + strings.TrimLeft(c.regex.ReplaceAllString(path, c.Replacement), "/"), true
	}
	rest, found := match.CutPrefix(path, c.Prefix)
	if !found {
		return path, false
	}
	if rest == "" {
		return c.Replacement, true
	}
	return strings.TrimSuffix(c.Replacement, "/") + rest, true
}
