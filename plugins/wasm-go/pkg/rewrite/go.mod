module example.com/gateway/plugins/wasm-go/pkg/rewrite

go 1.24.1
