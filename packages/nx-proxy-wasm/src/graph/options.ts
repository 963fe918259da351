import { ProxyWasmError } from '../errors';
import { checkOptions, type OptionKinds } from '../option-check';

/** What a user may write beside `"plugin": "nx-proxy-wasm"` in nx.json; every member has a default. */
export interface NxProxyWasmPluginOptions {
  /** Name of the target that compiles and judges the module. */
  readonly buildTargetName?: string;
  /** Name of the target that runs the plugin's Go tests. */
  readonly testTargetName?: string;
  /** Name of the target that writes the OCI image layout. */
  readonly packTargetName?: string;
  /** Name of the target that publishes the artifact. */
  readonly publishTargetName?: string;
  /** Go import path prefixes that make a `package main` a gateway plugin. */
  readonly sdkImports?: readonly string[];
  /** Globs on plugin directories; only directories that match one become projects. */
  readonly include?: readonly string[];
  /** Globs on plugin directories that stay out. */
  readonly exclude?: readonly string[];
  /** Registry to publish to, `host[:port]`; without it artifacts go to the local store. */
  readonly registry?: string;
  /** Repository of a plugin below the registry; `{projectName}` and `{projectRoot}` are filled in by Nx. */
  readonly repository?: string;
}

/** The options with every default applied. */
export type NormalizedOptions = Required<Omit<NxProxyWasmPluginOptions, 'registry'>> &
  Pick<NxProxyWasmPluginOptions, 'registry'>;

const DEFAULTS: NormalizedOptions = {
  buildTargetName: 'build-wasm',
  testTargetName: 'test',
  packTargetName: 'pack-oci',
  publishTargetName: 'publish-oci',
  sdkImports: [
    'github.com/higress-group/proxy-wasm-go-sdk/proxywasm',
    'github.com/higress-group/wasm-go/pkg',
    // The wrapper that Higress plugins imported before it moved to higress-group/wasm-go.
    'github.com/alibaba/higress/plugins/wasm-go/pkg/wrapper',
    'github.com/proxy-wasm/proxy-wasm-go-sdk/proxywasm',
    'github.com/tetratelabs/proxy-wasm-go-sdk/proxywasm',
  ],
  include: ['**'],
  exclude: [],
  repository: 'plugins/{projectName}',
};

/** What each option must be, so that one table serves the check and its message. */
const KINDS: OptionKinds<NxProxyWasmPluginOptions> = {
  buildTargetName: 'text',
  testTargetName: 'text',
  packTargetName: 'text',
  publishTargetName: 'text',
  sdkImports: 'list',
  include: 'list',
  exclude: 'list',
  registry: 'text',
  repository: 'text',
};

const SUBJECT = 'nx.json, plugin "nx-proxy-wasm"';

const TARGET_NAMES = [
  'buildTargetName',
  'testTargetName',
  'packTargetName',
  'publishTargetName',
] as const;

/** One-letter target names that the nx command line reads as another target (`nx t` is `nx test`). */
const NX_ALIASES: Readonly<Record<string, string>> = {
  b: 'build',
  e: 'e2e',
  l: 'lint',
  s: 'serve',
  t: 'test',
};

/**
 * Checks the plugin options of nx.json and applies the defaults.
 *
 * @param raw the `options` of the plugin's entry as written; undefined when it is registered by name alone
 * @throws ProxyWasmError `bad-input` for an unknown option (naming the nearest right one), a value of the
 *   wrong type, an empty value, two targets of one name, or a target name that nx takes for another
 */
export function normalizeOptions(raw: unknown): NormalizedOptions {
  const given = checkOptions(raw, KINDS, SUBJECT);
  const options: NormalizedOptions = { ...DEFAULTS, ...given };
  checkTargetNames(options);
  return options;
}

function checkTargetNames(options: NormalizedOptions): void {
  const seen = new Map<string, string>();
  for (const option of TARGET_NAMES) {
    const target = options[option];
    const alias = NX_ALIASES[target];
    if (alias !== undefined) {
      throw invalid(
        `option "${option}": nx reads the target name "${target}" as "${alias}"`,
        'Choose a longer name.',
      );
    }
    const other = seen.get(target);
    if (other !== undefined) {
      throw invalid(
        `options "${other}" and "${option}" give two targets the name "${target}"`,
        'Give each target a name of its own.',
      );
    }
    seen.set(target, option);
  }
}

function invalid(reason: string, remedy: string): ProxyWasmError {
  return new ProxyWasmError('bad-input', reason, { subject: SUBJECT, remedy });
}
