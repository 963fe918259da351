// Maintenance-page answers requests under configured paths with 503 and a page
// that is part of the module, so that it is there when everything else is not.
package main

import (
	"errors"

	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm"
	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/types"
)

// Package net/http has these as well, but would make the module 2 MB larger.
const (
	statusOK                 = 200
	statusServiceUnavailable = 503
)

// The gateway never calls main: a reactor module is set up by its init functions.
func main() {}

func init() {
	proxywasm.SetVMContext(&vmContext{})
}

type vmContext struct {
	types.DefaultVMContext
}

func (*vmContext) NewPluginContext(uint32) types.PluginContext {
	return &pluginContext{}
}

type pluginContext struct {
	types.DefaultPluginContext
	config config
}

func (p *pluginContext) OnPluginStart(int) types.OnPluginStartStatus {
	data, err := proxywasm.GetPluginConfiguration()
	if err != nil && !errors.Is(err, types.ErrorStatusNotFound) {
		proxywasm.LogCriticalf("maintenance-page: cannot read the configuration: %v", err)
		return types.OnPluginStartStatusFailed
	}
	if p.config, err = parseConfig(data); err != nil {
		proxywasm.LogCriticalf("maintenance-page: %v", err)
		return types.OnPluginStartStatusFailed
	}
	return types.OnPluginStartStatusOK
}

func (p *pluginContext) NewHttpContext(uint32) types.HttpContext {
	return &httpContext{config: p.config}
}

type httpContext struct {
	types.DefaultHttpContext
	config config
}

func (h *httpContext) OnHttpRequestHeaders(int, bool) types.Action {
	path, err := proxywasm.GetHttpRequestHeader(":path")
	if err != nil {
		proxywasm.LogErrorf("maintenance-page: cannot read the path: %v", err)
		return types.ActionContinue
	}
	if !h.config.underMaintenance() {
		return types.ActionContinue
	}
	if content, ok := asset(path); ok {
		return respond(statusOK, content.body, [][2]string{{"content-type", content.mediaType}})
	}
	if h.config.covers(path) {
		return respond(statusServiceUnavailable, page, h.config.headers())
	}
	return types.ActionContinue
}

// respond ends the request here.
func respond(status uint32, body []byte, headers [][2]string) types.Action {
	if err := proxywasm.SendHttpResponse(status, headers, body, -1); err != nil {
		proxywasm.LogErrorf("maintenance-page: cannot send the response: %v", err)
		return types.ActionContinue
	}
	return types.ActionPause
}
