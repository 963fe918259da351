package main

import (
	"strings"
	"testing"
)

func TestFormatIDIsAVersion4UUID(t *testing.T) {
	var ones [16]byte
	for i := range ones {
		ones[i] = 0xff
	}
	for _, c := range []struct {
		random [16]byte
		want   string
	}{
		{[16]byte{}, "00000000-0000-4000-8000-000000000000"},
		{ones, "ffffffff-ffff-4fff-bfff-ffffffffffff"},
	} {
		if got := formatID(c.random); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestAcceptable(t *testing.T) {
	for id, want := range map[string]bool{
		"7f3a":                   true,
		formatID([16]byte{}):     true,
		strings.Repeat("a", 128): true,
		strings.Repeat("a", 129): false,
		"":                       false,
		"a b":                    false,
		"a\r\nset-cookie: x":     false,
		"a,b":                    false,
		`a"b`:                    false,
		"ä":                      false,
	} {
		if got := acceptable(id); got != want {
			t.Errorf("%q: got %v, want %v", id, got, want)
		}
	}
}
