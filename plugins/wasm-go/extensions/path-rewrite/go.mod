module example.com/gateway/plugins/wasm-go/extensions/path-rewrite

go 1.24.1

require (
	example.com/gateway/plugins/wasm-go/pkg/rewrite v0.0.0
	github.com/proxy-wasm/proxy-wasm-go-sdk v0.0.0-20250212164326-ab4161dcf924
)

require github.com/tetratelabs/wazero v1.7.2 // indirect

replace example.com/gateway/plugins/wasm-go/pkg/rewrite => ../../pkg/rewrite
