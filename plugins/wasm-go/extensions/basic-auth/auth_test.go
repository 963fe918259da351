package main

import (
	"encoding/base64"
	"strings"
	"testing"
)

func basic(credential string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(credential))
}

func TestAuthenticate(t *testing.T) {
	config, err := parseConfig([]byte(`{"consumers": [
		{"name": "alice", "credential": "alice:wonder:land"},
		{"name": "empty", "credential": "nobody:"},
		{"name": "bob", "credential": "bob:ünïcode"}
	]}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		title, authorization, want string
	}{
		{"right password", basic("alice:wonder:land"), "alice"},
		{"last consumer of the list", basic("bob:ünïcode"), "bob"},
		{"scheme in another case", "bAsIc " + strings.TrimPrefix(basic("bob:ünïcode"), "Basic "), "bob"},
		{"empty password that is configured", basic("nobody:"), "empty"},
		{"wrong password", basic("alice:wonder"), ""},
		{"password of somebody else", basic("alice:ünïcode"), ""},
		{"user only", basic("alice"), ""},
		{"empty credential", basic(""), ""},
		{"no header", "", ""},
		{"scheme only", "Basic", ""},
		{"another scheme", "Bearer " + strings.TrimPrefix(basic("nobody:"), "Basic "), ""},
		{"not base64", "Basic alice:wonder:land", ""},
		{"two headers joined", basic("alice:wonder:land") + ", " + basic("bob:ünïcode"), ""},
	} {
		t.Run(c.title, func(t *testing.T) {
			name, ok := config.authenticate(c.authorization)
			if name != c.want || ok != (c.want != "") {
				t.Errorf("got %q, %v; want %q", name, ok, c.want)
			}
		})
	}
}

func TestParseConfigKeepsNoPassword(t *testing.T) {
	config, err := parseConfig([]byte(`{"consumers": [{"name": "a", "credential": "a:secret"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(config.consumers[0].credential[:]), "secret") {
		t.Error("the password is kept in clear text")
	}
}

func TestParseConfigDefaults(t *testing.T) {
	for _, data := range []string{``, `{}`, `null`, `{"_rules_": []}`} {
		config, err := parseConfig([]byte(data))
		if err != nil {
			t.Fatalf("%q: %v", data, err)
		}
		if config.consumerHeader != "x-mse-consumer" || config.realm != "gateway" || len(config.consumers) != 0 {
			t.Errorf("%q: got %+v", data, config)
		}
		if _, ok := config.authenticate(basic("a:b")); ok {
			t.Errorf("%q: a configuration without consumers admits somebody", data)
		}
	}
}

func TestParseConfigRefuses(t *testing.T) {
	for title, data := range map[string]string{
		"no JSON":                      `realm`,
		"consumers of another type":    `{"consumers": {"a": "b"}}`,
		"consumer without name":        `{"consumers": [{"credential": "a:b"}]}`,
		"name that breaks the header":  `{"consumers": [{"name": "a\r\nx: y", "credential": "a:b"}]}`,
		"credential without password":  `{"consumers": [{"name": "a", "credential": "a"}]}`,
		"credential without user":      `{"consumers": [{"name": "a", "credential": ":b"}]}`,
		"credential with control char": `{"consumers": [{"name": "a", "credential": "a:b\n"}]}`,
		"user twice":                   `{"consumers": [{"name": "a", "credential": "a:b"}, {"name": "b", "credential": "a:c"}]}`,
		"name twice":                   `{"consumers": [{"name": "a", "credential": "a:b"}, {"name": "a", "credential": "b:c"}]}`,
		"pseudo header":                `{"consumer_header": ":path"}`,
		"empty header":                 `{"consumer_header": ""}`,
		"realm with line break":        `{"realm": "a\nb"}`,
	} {
		t.Run(title, func(t *testing.T) {
			if config, err := parseConfig([]byte(data)); err == nil {
				t.Errorf("accepted: %+v", config)
			} else if strings.Contains(err.Error(), "a:b") {
				t.Errorf("the message shows a credential: %v", err)
			}
		})
	}
}

func TestChallengeQuotesTheRealm(t *testing.T) {
	got := Config{realm: `a "b" \c`}.challenge()
	if want := `Basic realm="a \"b\" \\c", charset="UTF-8"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
