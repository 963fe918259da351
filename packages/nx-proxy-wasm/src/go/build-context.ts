import { ProxyWasmError } from '../errors';
import { parseGoVersion } from './go-version';

/** What build constraints are evaluated against. Always the target of the build, never the host. */
export interface BuildContext {
  readonly goos: string;
  readonly goarch: string;
  /** Tags that the compiler and its settings switch on. */
  readonly compilerTags: readonly string[];
  /** N of the building Go 1.N: the tags go1.1 to go1.N hold. */
  readonly goMinor: number;
  /** The user's tags (`-tags`). */
  readonly tags: readonly string[];
}

/** From Go 1.26 on these WebAssembly features are always on, before that only when GOWASM names them. */
const WASM_FEATURES_ALWAYS_ON_SINCE = 26;

/**
 * The build context of a gateway plugin: GOOS=wasip1 GOARCH=wasm CGO_ENABLED=0, compiled by gc.
 * `unix`, `cgo` and every other system are false in it.
 *
 * @param goVersion the Go release that builds, such as `1.24` or `1.26.8`
 * @param tags the user's build tags, without commas
 * @throws ProxyWasmError `bad-input` when `goVersion` is no Go version
 * @see https://pkg.go.dev/cmd/go#hdr-Build_constraints
 */
export function wasmContext(goVersion: string, tags: readonly string[]): BuildContext {
  const version = parseGoVersion(goVersion);
  if (version === undefined) {
    throw new ProxyWasmError('bad-input', `${goVersion} is not a Go version`, {
      remedy: 'Name a release such as 1.24.4.',
    });
  }
  const goMinor = Number(version.minor);
  const featureTags =
    goMinor >= WASM_FEATURES_ALWAYS_ON_SINCE ? ['wasm.satconv', 'wasm.signext'] : [];
  return { goos: 'wasip1', goarch: 'wasm', compilerTags: ['gc', ...featureTags], goMinor, tags };
}

/** Whether a build tag holds in the context: the rule of `go/build`'s matchTag. */
export function hasTag(context: BuildContext, tag: string): boolean {
  if (tag === context.goos || tag === context.goarch) return true;
  if (context.compilerTags.includes(tag) || context.tags.includes(tag)) return true;
  const release = /^go1\.([1-9][0-9]{0,5})$/.exec(tag)?.[1];
  return release !== undefined && Number(release) <= context.goMinor;
}
