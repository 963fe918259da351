package cookies

import "testing"

func TestRemove(t *testing.T) {
	for _, c := range []struct {
		header string
		names  []string
		want   string
	}{
		{"a=1; b=2; c=3", []string{"b"}, "a=1; c=3"},
		{"a=1; b=2", []string{"a", "b"}, ""},
		{"a=1;b=2", []string{"a"}, "b=2"},
		{"a=1; A=2", []string{"a"}, "A=2"},
		{"session=x=y", []string{"x"}, "session=x=y"},
		{"a=1; a=2", []string{"a"}, ""},
		{"; ;a=1;", nil, "a=1"},
		{"", []string{"a"}, ""},
	} {
		if got := Remove(c.header, c.names...); got != c.want {
			t.Errorf("%q without %v: got %q, want %q", c.header, c.names, got, c.want)
		}
	}
}
