import { type FunctionType, type ValueType } from './module';

/** Versions of the proxy-wasm ABI; 0.2.100 is Higress's extension of 0.2.1. */
export type AbiVersion = '0.1.0' | '0.2.0' | '0.2.1' | '0.2.100';

/** Functions by name: what a module may import or export, with the type it has to have. */
export type FunctionTable = Readonly<Record<string, FunctionType>>;

/** What a gateway links and calls for modules of one ABI version, besides what it does for all. */
export interface AbiFunctions {
  readonly hostFunctions: FunctionTable;
  readonly callbacks: FunctionTable;
}

/** A gateway as a module sees it. */
export interface HostProfile {
  readonly id: 'higress' | 'envoy';
  readonly title: string;
  /** The exports by which a module tells its ABI version, with that version. */
  readonly abiMarkers: Readonly<Record<string, AbiVersion>>;
  /** Functions in the import module `env`, for every ABI version. */
  readonly hostFunctions: FunctionTable;
  /** Functions in the import modules {@link WASI_MODULES}. */
  readonly wasi: FunctionTable;
  /** Functions that the gateway calls if the module exports them, for every ABI version. */
  readonly callbacks: FunctionTable;
  /** What differs between ABI versions. */
  readonly byAbi: Readonly<Partial<Record<AbiVersion, AbiFunctions>>>;
  /** Functions called after `_initialize` if the module exports them. */
  readonly mainFunctions: FunctionTable;
  readonly maxModuleBytes: number;
  readonly maxMemoryPages: number;
}

/** The two names under which WASI preview 1 is linked. */
export const WASI_MODULES: readonly string[] = ['wasi_unstable', 'wasi_snapshot_preview1'];

/** Words in, a status (or pointer, or action) out: the shape of nearly every function here. */
function words(count: number): FunctionType {
  return takes(...Array<ValueType>(count).fill('i32'));
}

/** Words in, nothing out. */
function notice(count: number): FunctionType {
  return { params: words(count).params, results: [] };
}

/** Other parameters in, a status out. */
function takes(...params: ValueType[]): FunctionType {
  return { params, results: ['i32'] };
}

/*
 * The tables follow the C++ host that both gateways contain. Stock Envoy: proxy-wasm/proxy-wasm-cpp-host at
 * 52a0291, checked against the binary of Envoy 1.40.0. Higress: higress-group/proxy-wasm-cpp-host at 913c1b0.
 * In both, include/proxy-wasm/exports.h has the types, src/wasm.cc says what is linked for which ABI version
 * (registerCallbacks) and which exports are looked up (getFunctions), include/proxy-wasm/wasm.h has the types
 * of those. A `Word` there is an i32 here. `envoy_…` is from envoyproxy/envoy
 * source/extensions/common/wasm/wasm.cc, which Higress's Envoy has as well.
 */

const HOST_FUNCTIONS: FunctionTable = {
  proxy_log: words(3),
  proxy_get_status: words(3),
  proxy_set_property: words(4),
  proxy_get_property: words(4),
  proxy_send_local_response: words(8),
  proxy_get_shared_data: words(5),
  proxy_set_shared_data: words(5),
  proxy_register_shared_queue: words(3),
  proxy_resolve_shared_queue: words(5),
  proxy_dequeue_shared_queue: words(3),
  proxy_enqueue_shared_queue: words(3),
  proxy_get_header_map_value: words(5),
  proxy_add_header_map_value: words(5),
  proxy_replace_header_map_value: words(5),
  proxy_remove_header_map_value: words(3),
  proxy_get_header_map_pairs: words(3),
  proxy_set_header_map_pairs: words(3),
  proxy_get_header_map_size: words(2),
  proxy_get_buffer_status: words(3),
  proxy_get_buffer_bytes: words(5),
  proxy_set_buffer_bytes: words(5),
  proxy_http_call: words(10),
  proxy_grpc_call: words(12),
  proxy_grpc_stream: words(9),
  proxy_grpc_close: words(1),
  proxy_grpc_cancel: words(1),
  proxy_grpc_send: words(4),
  proxy_set_tick_period_milliseconds: words(1),
  proxy_get_current_time_nanoseconds: words(1),
  proxy_define_metric: words(4),
  proxy_increment_metric: takes('i32', 'i64'),
  proxy_record_metric: takes('i32', 'i64'),
  proxy_get_metric: words(2),
  proxy_set_effective_context: words(1),
  proxy_done: words(0),
  proxy_call_foreign_function: words(6),
  pthread_equal: words(2),
  emscripten_notify_memory_growth: notice(1),
  envoy_resolve_dns: words(3),
};

/** Linked for every ABI version by Higress; types also in higress-group/proxy-wasm-go-sdk, abi_hostcalls.go, at 5654e89. */
const HIGRESS_FUNCTIONS: FunctionTable = {
  proxy_redis_init: words(7),
  proxy_redis_call: words(5),
  proxy_get_upstream_hosts: words(2),
  proxy_set_upstream_override_host: words(2),
  proxy_inject_encoded_data_to_filter_chain: words(3),
};

const WASI_FUNCTIONS: FunctionTable = {
  args_get: words(2),
  args_sizes_get: words(2),
  clock_res_get: words(2),
  clock_time_get: takes('i32', 'i64', 'i32'),
  environ_get: words(2),
  environ_sizes_get: words(2),
  fd_advise: takes('i32', 'i64', 'i64', 'i32'),
  fd_allocate: takes('i32', 'i64', 'i64'),
  fd_close: words(1),
  fd_datasync: words(1),
  fd_fdstat_get: words(2),
  fd_fdstat_set_flags: words(2),
  fd_fdstat_set_rights: takes('i32', 'i64', 'i64'),
  fd_filestat_get: words(2),
  fd_filestat_set_size: takes('i32', 'i64'),
  fd_filestat_set_times: takes('i32', 'i64', 'i64', 'i32'),
  fd_pread: takes('i32', 'i32', 'i32', 'i64', 'i32'),
  fd_prestat_dir_name: words(3),
  fd_prestat_get: words(2),
  fd_pwrite: takes('i32', 'i32', 'i32', 'i64', 'i32'),
  fd_read: words(4),
  fd_readdir: takes('i32', 'i32', 'i32', 'i64', 'i32'),
  fd_renumber: words(2),
  fd_seek: takes('i32', 'i64', 'i32', 'i32'),
  fd_sync: words(1),
  fd_tell: words(2),
  fd_write: words(4),
  path_create_directory: words(3),
  path_filestat_get: words(5),
  path_filestat_set_times: takes('i32', 'i32', 'i32', 'i32', 'i64', 'i64', 'i32'),
  // WASI has seven parameters here and five for path_symlink: the host's declarations lack a length.
  path_link: words(6),
  path_open: takes('i32', 'i32', 'i32', 'i32', 'i32', 'i64', 'i64', 'i32', 'i32'),
  path_readlink: words(6),
  path_remove_directory: words(3),
  path_rename: words(6),
  path_symlink: words(4),
  path_unlink_file: words(3),
  poll_oneoff: words(4),
  proc_exit: notice(1),
  random_get: words(2),
  sched_yield: words(0),
  sock_accept: words(3),
  sock_recv: words(6),
  sock_send: words(5),
  sock_shutdown: words(2),
};

const CALLBACKS: FunctionTable = {
  proxy_validate_configuration: words(2),
  proxy_on_vm_start: words(2),
  proxy_on_configure: words(2),
  proxy_on_tick: notice(1),
  proxy_on_context_create: notice(2),
  proxy_on_new_connection: words(1),
  proxy_on_downstream_data: words(3),
  proxy_on_upstream_data: words(3),
  proxy_on_downstream_connection_close: notice(2),
  proxy_on_upstream_connection_close: notice(2),
  proxy_on_request_body: words(3),
  proxy_on_request_trailers: words(2),
  proxy_on_request_metadata: words(2),
  proxy_on_response_body: words(3),
  proxy_on_response_trailers: words(2),
  proxy_on_response_metadata: words(2),
  proxy_on_http_call_response: notice(5),
  proxy_on_grpc_receive: notice(3),
  proxy_on_grpc_close: notice(3),
  proxy_on_grpc_receive_initial_metadata: notice(3),
  proxy_on_grpc_receive_trailing_metadata: notice(3),
  proxy_on_queue_ready: notice(2),
  proxy_on_done: words(1),
  proxy_on_log: notice(1),
  proxy_on_delete: notice(1),
  envoy_on_resolve_dns: notice(3),
  envoy_on_stats_update: notice(2),
};

/** Callbacks that prepare or end; a module with no others never sees traffic, time or messages. */
export const LIFECYCLE_CALLBACKS: ReadonlySet<string> = new Set([
  'proxy_validate_configuration',
  'proxy_on_vm_start',
  'proxy_on_configure',
  'proxy_on_context_create',
  'proxy_on_done',
  'proxy_on_delete',
]);

const ABI_0_1_0: AbiFunctions = {
  hostFunctions: {
    proxy_get_configuration: words(2),
    proxy_continue_request: words(0),
    proxy_continue_response: words(0),
    proxy_clear_route_cache: words(0),
  },
  callbacks: {
    proxy_on_request_headers: words(2),
    proxy_on_response_headers: words(2),
  },
};

const ABI_0_2_0: AbiFunctions = {
  hostFunctions: {
    proxy_continue_stream: words(1),
    proxy_close_stream: words(1),
  },
  callbacks: {
    proxy_on_request_headers: words(3),
    proxy_on_response_headers: words(3),
    proxy_on_foreign_function: notice(3),
  },
};

const ABI_0_2_1: AbiFunctions = {
  hostFunctions: { ...ABI_0_2_0.hostFunctions, proxy_get_log_level: words(1) },
  callbacks: ABI_0_2_0.callbacks,
};

const ENVOY: HostProfile = {
  id: 'envoy',
  title: 'stock Envoy (1.40)',
  abiMarkers: {
    proxy_abi_version_0_1_0: '0.1.0',
    proxy_abi_version_0_2_0: '0.2.0',
    proxy_abi_version_0_2_1: '0.2.1',
  },
  hostFunctions: HOST_FUNCTIONS,
  wasi: WASI_FUNCTIONS,
  callbacks: CALLBACKS,
  byAbi: { '0.1.0': ABI_0_1_0, '0.2.0': ABI_0_2_0, '0.2.1': ABI_0_2_1 },
  mainFunctions: { main: words(2), __main_void: words(0) },
  // 256 MiB for a layer's tar stream (istio/istio pkg/wasm/imagefetcher.go), less the header of its one file.
  maxModuleBytes: 256 * 1024 * 1024 - 512,
  // 1 GiB: PROXY_WASM_HOST_MAX_WASM_MEMORY_SIZE_BYTES in include/proxy-wasm/limits.h.
  maxMemoryPages: 16_384,
};

const HIGRESS: HostProfile = {
  ...ENVOY,
  id: 'higress',
  title: 'Higress',
  abiMarkers: { ...ENVOY.abiMarkers, proxy_abi_version_0_2_100: '0.2.100' },
  hostFunctions: { ...HOST_FUNCTIONS, ...HIGRESS_FUNCTIONS },
  // One more parameter is missing in this host: path_rename has six in WASI.
  wasi: { ...WASI_FUNCTIONS, path_rename: words(5) },
  callbacks: { ...CALLBACKS, proxy_on_redis_call_response: notice(4) },
  byAbi: { ...ENVOY.byAbi, '0.2.100': ABI_0_2_1 },
  mainFunctions: { main: words(2) },
};

/** The gateways that modules can be judged for. */
export const HOST_PROFILES: Readonly<Record<HostProfile['id'], HostProfile>> = {
  higress: HIGRESS,
  envoy: ENVOY,
};

/**
 * The types that `name` may have in some of the tables. Names come from modules, so `constructor` and its
 * kin must not be found.
 */
export function typesOf(tables: readonly FunctionTable[], name: string): FunctionType[] {
  return tables.flatMap((table) => (Object.hasOwn(table, name) ? (table[name] ?? []) : []));
}
