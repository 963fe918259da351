// Security-headers adds response headers that make browsers stricter, and
// removes headers that tell too much about the server.
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
	policy policy
}

func (p *pluginContext) OnPluginStart(int) types.OnPluginStartStatus {
	data, err := proxywasm.GetPluginConfiguration()
	if err != nil && !errors.Is(err, types.ErrorStatusNotFound) {
		proxywasm.LogCriticalf("security-headers: cannot read the configuration: %v", err)
		return types.OnPluginStartStatusFailed
	}
	if p.policy, err = parsePolicy(data); err != nil {
		proxywasm.LogCriticalf("security-headers: %v", err)
		return types.OnPluginStartStatusFailed
	}
	return types.OnPluginStartStatusOK
}

func (p *pluginContext) NewHttpContext(uint32) types.HttpContext {
	return &httpContext{policy: p.policy}
}

type httpContext struct {
	types.DefaultHttpContext
	policy policy
}

func (h *httpContext) OnHttpResponseHeaders(int, bool) types.Action {
	for _, name := range h.policy.remove {
		if err := proxywasm.RemoveHttpResponseHeader(name); err != nil {
			proxywasm.LogErrorf("security-headers: cannot remove %s: %v", name, err)
		}
	}
	for _, header := range h.policy.set {
		if !h.policy.override {
			if present, err := proxywasm.GetHttpResponseHeader(header.name); err == nil && present != "" {
				continue
			}
		}
		if err := proxywasm.ReplaceHttpResponseHeader(header.name, header.value); err != nil {
			proxywasm.LogErrorf("security-headers: cannot set %s: %v", header.name, err)
		}
	}
	return types.ActionContinue
}
