import { ProxyWasmError } from '../errors';
import { nearestName } from './nearest-name';

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
const KINDS: Readonly<Record<keyof NxProxyWasmPluginOptions, 'text' | 'list'>> = {
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
  if (raw === undefined || raw === null) return DEFAULTS;
  if (typeof raw !== 'object' || Array.isArray(raw)) {
    throw invalid('the options of the plugin must be an object', 'Write "options": { … }.');
  }
  for (const [option, value] of Object.entries(raw)) checkOption(option, value);
  const options: NormalizedOptions = { ...DEFAULTS, ...(raw as NxProxyWasmPluginOptions) };
  checkTargetNames(options);
  return options;
}

function checkOption(option: string, value: unknown): void {
  if (!Object.hasOwn(KINDS, option)) {
    const nearest = nearestName(option, Object.keys(KINDS));
    throw invalid(
      `unknown option "${option}"`,
      nearest === undefined
        ? `Known options: ${Object.keys(KINDS).join(', ')}.`
        : `Did you mean "${nearest}"?`,
    );
  }
  const kind = KINDS[option as keyof typeof KINDS];
  if (kind === 'text' && !isText(value)) {
    throw invalid(`option "${option}" must be a non-empty text`, `Write "${option}": "…".`);
  }
  if (kind === 'list' && !(Array.isArray(value) && value.every(isText))) {
    throw invalid(`option "${option}" must be a list of texts`, `Write "${option}": ["…"].`);
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
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
  return new ProxyWasmError('bad-input', reason, {
    subject: 'nx.json, plugin "nx-proxy-wasm"',
    remedy,
  });
}
