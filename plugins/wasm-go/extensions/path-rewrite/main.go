// Path-rewrite changes the path of requests by rules before they are routed on.
package main

import (
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
		proxywasm.LogCriticalf("path-rewrite: cannot read the configuration: %v", err)
		return types.OnPluginStartStatusFailed
	}
	if p.config, err = parseConfig(data); err != nil {
		proxywasm.LogCriticalf("path-rewrite: %v", err)
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
		proxywasm.LogErrorf("path-rewrite: cannot read the path: %v", err)
		return types.ActionContinue
	}
	host, _ := proxywasm.GetHttpRequestHeader(":authority") // empty fits no condition

	rewritten, changed := h.config.rewriter.Rewrite(host, path)
	if !changed {
		return types.ActionContinue
	}
	if err := proxywasm.ReplaceHttpRequestHeader(":path", rewritten); err != nil {
		proxywasm.LogErrorf("path-rewrite: cannot change the path: %v", err)
		return types.ActionContinue
	}
	if name := h.config.originalPathHeader; name != "" {
		if err := proxywasm.ReplaceHttpRequestHeader(name, path); err != nil {
			proxywasm.LogErrorf("path-rewrite: cannot set %s: %v", name, err)
		}
	}
	return types.ActionContinue
}
