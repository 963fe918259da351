// Request-id gives every request an identifier, unless it brings a usable one,
// and returns it to the caller.
package main

import (
	"crypto/rand"
	"errors"

	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm"
	"github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm/types"
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
		proxywasm.LogCriticalf("request-id: cannot read the configuration: %v", err)
		return types.OnPluginStartStatusFailed
	}
	if p.config, err = parseConfig(data); err != nil {
		proxywasm.LogCriticalf("request-id: %v", err)
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
	id     string
}

func (h *httpContext) OnHttpRequestHeaders(int, bool) types.Action {
	// A header that cannot be read counts as absent.
	if id, _ := proxywasm.GetHttpRequestHeader(h.config.Header); acceptable(id) {
		h.id = id
		return types.ActionContinue
	}
	var random [16]byte
	rand.Read(random[:]) // never returns an error, see its documentation
	h.id = formatID(random)
	if err := proxywasm.ReplaceHttpRequestHeader(h.config.Header, h.id); err != nil {
		proxywasm.LogErrorf("request-id: cannot set the request header: %v", err)
	}
	return types.ActionContinue
}

func (h *httpContext) OnHttpResponseHeaders(int, bool) types.Action {
	// Without an id the response was made before the request got here.
	if h.config.Echo && h.id != "" {
		if err := proxywasm.ReplaceHttpResponseHeader(h.config.Header, h.id); err != nil {
			proxywasm.LogErrorf("request-id: cannot set the response header: %v", err)
		}
	}
	return types.ActionContinue
}
