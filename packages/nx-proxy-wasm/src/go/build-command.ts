/** What a build is told beyond its directory. */
export interface BuildRequest {
  /** Absolute path that the module is written to. */
  readonly output: string;
  /** The main module keeps its dependencies in vendor/ (the go command's own default then). */
  readonly vendored: boolean;
}

/**
 * Arguments of the go command that compiles the package in the working directory to a reactor module.
 *
 * - `-buildmode=c-shared` exports `_initialize` instead of `_start` (Go 1.24 release notes, "wasip1")
 * - `-trimpath`, `-buildvcs=false`, `-ldflags=-buildid=`: no path, commit or build id in the bytes
 * - `-mod` is said outright, because GOFLAGS could say otherwise
 */
export function buildArguments(request: BuildRequest): readonly string[] {
  return [
    'build',
    '-buildmode=c-shared',
    '-trimpath',
    '-buildvcs=false',
    '-ldflags=-buildid=',
    request.vendored ? '-mod=vendor' : '-mod=readonly',
    '-o',
    request.output,
    './',
  ];
}

/**
 * Go variables that say where modules and caches are, which toolchain may run, or how much of the machine
 * may be used. None of them changes the bytes of a module, so the user's values stay.
 */
export const TRANSPORT_VARIABLES = [
  'GOAUTH',
  'GOCACHE',
  'GOCACHEPROG',
  'GOINSECURE',
  'GOMODCACHE',
  'GONOPROXY',
  'GONOSUMDB',
  'GOPATH',
  'GOPRIVATE',
  'GOPROXY',
  'GOSUMDB',
  'GOTMPDIR',
  'GOTOOLCHAIN',
  'GOVCS',
] as const;

/** Limits of the Go runtime, read from the environment alone. */
const RUNTIME_LIMITS = ['GOMAXPROCS', 'GOMEMLIMIT', 'GOGC'] as const;

/**
 * The environment of a build: everything that is not Go's as it is, Go's own variables set one by one.
 *
 * An empty variable would fall back to the user's `go env -w` file, which could then change the bytes
 * unseen (GOFLAGS, GOEXPERIMENT, GOWASM, CGO_ENABLED …). So that file is switched off (`GOENV=off`) and
 * what it says about proxies and caches is passed on by name.
 *
 * @param processEnv the environment of the caller
 * @param goEnv the answer of `go env -json`: the user's settings, environment and file combined
 * @param gowork the go.work file in force, or `off`: said outright, so that a file above the workspace, which
 *   is no input of the task, cannot take part
 */
export function buildEnvironment(
  processEnv: Readonly<Record<string, string | undefined>>,
  goEnv: Readonly<Record<string, string>>,
  gowork: string,
): Record<string, string> {
  const environment = withoutGo(processEnv);
  for (const name of RUNTIME_LIMITS) copy(processEnv, environment, name);
  for (const name of TRANSPORT_VARIABLES) copy(goEnv, environment, name);
  return {
    ...environment,
    GOWORK: gowork,
    GOENV: 'off',
    GO111MODULE: 'on',
    GOOS: 'wasip1',
    GOARCH: 'wasm',
    CGO_ENABLED: '0',
  };
}

/**
 * The environment of a native `go test`: the user's own, except that a target platform exported for wasm
 * builds does not leak in (the SDK's mock host does not compile for wasip1).
 *
 * @param wasmFile absolute path of the built module; Higress's test harness skips the wasm half of every
 *   test, and passes, when it finds none (higress-group/wasm-go, pkg/test)
 */
export function testEnvironment(
  processEnv: Readonly<Record<string, string | undefined>>,
  wasmFile: string | undefined,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const name of Object.keys(processEnv)) {
    if (name !== 'GOOS' && name !== 'GOARCH') copy(processEnv, environment, name);
  }
  return wasmFile === undefined ? environment : { ...environment, WASM_FILE_PATH: wasmFile };
}

function withoutGo(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of Object.keys(env)) {
    if (!/^(GO[A-Z0-9]|CGO_)/.test(name)) copy(env, kept, name);
  }
  return kept;
}

function copy(
  from: Readonly<Record<string, string | undefined>>,
  to: Record<string, string>,
  name: string,
): void {
  const value = from[name];
  if (value !== undefined && value !== '') to[name] = value;
}
