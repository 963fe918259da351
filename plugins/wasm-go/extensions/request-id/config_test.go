package main

import "testing"

func TestParseConfig(t *testing.T) {
	for title, c := range map[string]struct {
		data string
		want config
	}{
		"nothing":       {``, config{"x-request-id", true}},
		"blank":         {" \n", config{"x-request-id", true}},
		"empty object":  {`{}`, config{"x-request-id", true}},
		"other header":  {`{"header": "X-Correlation-Id"}`, config{"x-correlation-id", true}},
		"echo disabled": {`{"echo": false}`, config{"x-request-id", false}},
	} {
		t.Run(title, func(t *testing.T) {
			got, err := parseConfig([]byte(c.data))
			if err != nil || got != c.want {
				t.Errorf("got %+v, %v; want %+v", got, err, c.want)
			}
		})
	}
}

func TestParseConfigRefuses(t *testing.T) {
	for title, data := range map[string]string{
		"no JSON":       `header: x`,
		"unknown key":   `{"headers": "x-request-id"}`,
		"wrong type":    `{"header": 1}`,
		"empty header":  `{"header": ""}`,
		"pseudo header": `{"header": ":path"}`,
		"line break":    `{"header": "x\r\ny"}`,
		"two values":    `{} {}`,
	} {
		t.Run(title, func(t *testing.T) {
			if got, err := parseConfig([]byte(data)); err == nil {
				t.Errorf("accepted: %+v", got)
			}
		})
	}
}
