package main

import (
	"regexp"
	"testing"
)

func TestThePageFindsItsAssets(t *testing.T) {
	references := regexp.MustCompile(`(?:href|src)="([^"]*)"`).FindAllSubmatch(page, -1)
	if len(references) == 0 {
		t.Fatal("the page refers to nothing")
	}
	for _, reference := range references {
		if _, ok := asset(string(reference[1])); !ok {
			t.Errorf("%s is not embedded", reference[1])
		}
	}
}

func TestAsset(t *testing.T) {
	for path, mediaType := range map[string]string{
		"/.maintenance/style.css":          "text/css; charset=utf-8",
		"/.maintenance/style.css?v=2":      "text/css; charset=utf-8",
		"/.maintenance/tools.svg":          "image/svg+xml",
		"/.maintenance/":                   "",
		"/.maintenance/nothing.css":        "",
		"/.maintenance/../page.html":       "",
		"/.maintenance//style.css":         "",
		"/style.css":                       "",
		"/shop/.maintenance/style.css":     "",
		"/x?/.maintenance/style.css":       "",
		"/.maintenance/assets/../main.go":  "",
		"/.maintenance/%2e%2e/config.go":   "",
		"/.maintenance/style.css/":         "",
		"/.maintenance/style.css\x00.html": "",
	} {
		got, ok := asset(path)
		if ok != (mediaType != "") || got.mediaType != mediaType || ok != (len(got.body) > 0) {
			t.Errorf("%q: got %v, %q, %d bytes", path, ok, got.mediaType, len(got.body))
		}
	}
}
