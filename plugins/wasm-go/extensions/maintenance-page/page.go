package main

import (
	"embed"
	"path"
	"strings"
)

// page is the answer while a path is under maintenance.
//
//go:embed page.html
var page []byte

// assets are the files the page refers to.
//
//go:embed assets
var assets embed.FS

// assetPrefix is where the page finds its assets; page.html knows it, too.
const assetPrefix = "/.maintenance/"

// mediaTypes of the assets. Not package mime: it would look for files of the host.
var mediaTypes = map[string]string{
	".css": "text/css; charset=utf-8",
	".svg": "image/svg+xml",
}

type content struct {
	mediaType string
	body      []byte
}

// asset returns the file a request path (with or without query) asks for.
func asset(requestPath string) (content, bool) {
	requestPath, _, _ = strings.Cut(requestPath, "?")
	name, found := strings.CutPrefix(requestPath, assetPrefix)
	if !found {
		return content{}, false
	}
	// The embedded file system refuses names that lead out of it.
	body, err := assets.ReadFile("assets/" + name)
	if err != nil {
		return content{}, false
	}
	mediaType, known := mediaTypes[path.Ext(name)]
	if !known {
		mediaType = "application/octet-stream"
	}
	return content{mediaType, body}, true
}
