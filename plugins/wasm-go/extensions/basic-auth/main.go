// Basic-auth lets a request pass only with the user name and password of a
// configured consumer (RFC 7617), and tells the upstream which consumer it was.
package main

import (
	"net/http"

	"github.com/higress-group/proxy-wasm-go-sdk/proxywasm"
	"github.com/higress-group/proxy-wasm-go-sdk/proxywasm/types"
	"github.com/higress-group/wasm-go/pkg/log"
	"github.com/higress-group/wasm-go/pkg/wrapper"
)

// The gateway never calls main: a reactor module is set up by its init functions.
func main() {}

func init() {
	wrapper.SetCtx(
		"basic-auth",
		wrapper.ParseRawConfig(loadConfig),
		wrapper.ProcessRequestHeaders(onRequestHeaders),
	)
}

// loadConfig parses the configuration the gateway hands over.
func loadConfig(data []byte, config *Config) error {
	parsed, err := parseConfig(data)
	if err != nil {
		return err
	}
	if len(parsed.consumers) == 0 {
		log.Warn("no consumers are configured: every request will be answered with 401")
	}
	*config = parsed
	return nil
}

// onRequestHeaders answers requests without valid credentials and marks the others.
func onRequestHeaders(_ wrapper.HttpContext, config Config) types.Action {
	// A header that cannot be read counts as absent: the request is refused.
	authorization, _ := proxywasm.GetHttpRequestHeader("authorization")
	consumer, ok := config.authenticate(authorization)
	if !ok {
		return respond(http.StatusUnauthorized, "basic-auth.unauthorized",
			[][2]string{{"www-authenticate", config.challenge()}})
	}

	// Replacing also drops a name that the client wrote there itself.
	if err := proxywasm.ReplaceHttpRequestHeader(config.consumerHeader, consumer); err != nil {
		log.Errorf("cannot set %s: %v", config.consumerHeader, err)
		return respond(http.StatusInternalServerError, "basic-auth.header_failed", nil)
	}
	if config.hideCredentials {
		if err := proxywasm.RemoveHttpRequestHeader("authorization"); err != nil {
			log.Errorf("cannot remove authorization: %v", err)
			return respond(http.StatusInternalServerError, "basic-auth.header_failed", nil)
		}
	}
	return types.ActionContinue
}

// respond ends the request here, with the status text as its body.
func respond(status uint32, detail string, headers [][2]string) types.Action {
	headers = append(headers, [2]string{"content-type", "text/plain; charset=utf-8"})
	body := []byte(http.StatusText(int(status)) + "\n")
	if err := proxywasm.SendHttpResponseWithDetail(status, detail, headers, body, -1); err != nil {
		log.Errorf("cannot send the %d response: %v", status, err)
	}
	return types.ActionPause
}
