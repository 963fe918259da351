// Header-rewrite sets, adds and removes headers of requests and responses by rules.
package main

import (
	"errors"

	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm"
	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/types"

	"example.com/gateway/plugins/wasm-go/pkg/rewrite/headers"
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
		proxywasm.LogCriticalf("header-rewrite: cannot read the configuration: %v", err)
		return types.OnPluginStartStatusFailed
	}
	if p.config, err = parseConfig(data); err != nil {
		proxywasm.LogCriticalf("header-rewrite: %v", err)
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
	// Host and path as the request came in: rules about the response need them later.
	host, path string
}

func (h *httpContext) OnHttpRequestHeaders(int, bool) types.Action {
	// What cannot be read stays empty, and fits no condition.
	h.host, _ = proxywasm.GetHttpRequestHeader(":authority")
	h.path, _ = proxywasm.GetHttpRequestHeader(":path")
	apply(headers.Edits(h.config.Request, h.host, h.path), request)
	return types.ActionContinue
}

func (h *httpContext) OnHttpResponseHeaders(int, bool) types.Action {
	apply(headers.Edits(h.config.Response, h.host, h.path), response)
	return types.ActionContinue
}

// side is the host's functions for the headers of one direction.
type side struct {
	remove       func(name string) error
	replace, add func(name, value string) error
}

var (
	request = side{
		proxywasm.RemoveHttpRequestHeader, proxywasm.ReplaceHttpRequestHeader, proxywasm.AddHttpRequestHeader,
	}
	response = side{
		proxywasm.RemoveHttpResponseHeader, proxywasm.ReplaceHttpResponseHeader, proxywasm.AddHttpResponseHeader,
	}
)

func apply(edits []headers.Edit, to side) {
	for _, edit := range edits {
		var err error
		switch edit.Action {
		case headers.Remove:
			err = to.remove(edit.Name)
		case headers.Set:
			err = to.replace(edit.Name, edit.Value)
		case headers.Add:
			err = to.add(edit.Name, edit.Value)
		}
		if err != nil {
			proxywasm.LogErrorf("header-rewrite: cannot change %s: %v", edit.Name, err)
		}
	}
}
