import { describe, expect, it } from 'vitest';
import { HOST_PROFILES, type HostProfile } from './host-profile';
import { readModule } from './module';
import { type Rule } from './problem';
import { buildModule, type ModuleParts } from './testing/module-builder';
import { formatVerdict, judgeModule, type Verdict } from './verdict';

const { envoy, higress } = HOST_PROFILES;
const FILE = 'dist/plugin.wasm';

/** What an SDK makes of a plugin that looks at request headers. */
const PLUGIN: ModuleParts = {
  imports: [
    ['env', 'proxy_log', 'i32 i32 i32 -> i32'],
    ['wasi_snapshot_preview1', 'fd_write', 'i32 i32 i32 i32 -> i32'],
    ['wasi_snapshot_preview1', 'fd_write', 'i32 i32 i32 i32 -> i32'],
  ],
  exports: {
    _initialize: '->',
    proxy_abi_version_0_2_1: '->',
    proxy_on_memory_allocate: 'i32 -> i32',
    proxy_on_context_create: 'i32 i32 ->',
    proxy_on_vm_start: 'i32 i32 -> i32',
    proxy_on_configure: 'i32 i32 -> i32',
    proxy_on_request_headers: 'i32 i32 i32 -> i32',
  },
  otherExports: { memory: 'memory' },
  memory: [61],
};

/** The plugin with functions added or, by `undefined`, taken away. */
function exporting(changes: Readonly<Record<string, string | undefined>>): ModuleParts {
  const entries = Object.entries<string | undefined>({ ...PLUGIN.exports, ...changes });
  return {
    ...PLUGIN,
    exports: Object.fromEntries(
      entries.flatMap(([name, type]) => (type === undefined ? [] : [[name, type]])),
    ),
  };
}

/** The plugin with its marker replaced. */
function marked(...versions: readonly string[]): ModuleParts {
  const changes: Record<string, string | undefined> = { proxy_abi_version_0_2_1: undefined };
  for (const version of versions) changes[`proxy_abi_version_${version}`] = '->';
  return exporting(changes);
}

function importing(...imports: NonNullable<ModuleParts['imports']>): ModuleParts {
  return { ...PLUGIN, imports };
}

function judge(parts: ModuleParts, profile: HostProfile = envoy): Verdict {
  return judgeModule(readModule(buildModule(parts), FILE), profile);
}

interface Refusal {
  readonly title: string;
  readonly parts: ModuleParts;
  readonly profile?: HostProfile;
  readonly rule: Rule;
  readonly subject: string;
  readonly hostSays: string | undefined;
  readonly remedy: RegExp;
}

const REFUSALS: readonly Refusal[] = [
  {
    title: 'no ABI marker',
    parts: marked(),
    rule: 'abi-marker',
    subject: 'proxy_abi_version_*',
    hostSays: 'Missing or unknown Proxy-Wasm ABI version',
    remedy: /Import a proxy-wasm SDK/,
  },
  {
    title: 'a marker that no gateway knows',
    parts: marked('0_3_0'),
    profile: higress,
    rule: 'abi-marker',
    subject: 'proxy_abi_version_0_3_0',
    hostSays: 'Missing or unknown Proxy-Wasm ABI version',
    remedy: /made for this gateway/,
  },
  {
    title: "the marker of Higress's SDK on stock Envoy",
    parts: marked('0_2_100'),
    rule: 'abi-marker',
    subject: 'proxy_abi_version_0_2_100',
    hostSays: 'Missing or unknown Proxy-Wasm ABI version',
    remedy: /proxy-wasm\/proxy-wasm-go-sdk.* profile "higress"/,
  },
  {
    title: 'a marker that is no function',
    parts: { ...marked(), otherExports: { memory: 'memory', proxy_abi_version_0_2_1: 'global' } },
    rule: 'abi-marker',
    subject: 'proxy_abi_version_*',
    hostSays: 'Missing or unknown Proxy-Wasm ABI version',
    remedy: /Import a proxy-wasm SDK/,
  },
  {
    title: 'a command instead of a reactor',
    parts: exporting({ _initialize: undefined, _start: '->' }),
    rule: 'entry-point',
    subject: '_start',
    hostSays: 'Function: _start failed: Uncaught Error: restricted_callback',
    remedy: /-buildmode=c-shared/,
  },
  {
    title: 'no entry point',
    parts: exporting({ _initialize: undefined }),
    rule: 'entry-point',
    subject: '_initialize',
    hostSays: 'wasm log: runtime: wasmexport function called before runtime initialization',
    remedy: /-buildmode=c-shared/,
  },
  {
    title: 'an entry point of the wrong type',
    parts: exporting({ _initialize: '-> i32' }),
    rule: 'entry-point',
    subject: '_initialize',
    hostSays:
      'Bad function signature for: _initialize, want: void -> void, but the module exports: void -> i32',
    remedy: /wasmexport/,
  },
  {
    title: 'a main of the wrong type',
    parts: exporting({ main: '->' }),
    rule: 'entry-point',
    subject: 'main',
    hostSays:
      'Bad function signature for: main, want: i32 i32 -> i32, but the module exports: void -> void',
    remedy: /wasmexport/,
  },
  {
    title: 'no exported memory',
    parts: { ...PLUGIN, otherExports: {} },
    rule: 'memory-export',
    subject: 'memory',
    hostSays: undefined,
    remedy: /-buildmode=c-shared/,
  },
  {
    title: 'a memory of another name',
    parts: { ...PLUGIN, otherExports: { mem: 'memory' } },
    rule: 'memory-export',
    subject: 'memory',
    hostSays: undefined,
    remedy: /-buildmode=c-shared/,
  },
  {
    title: 'something else called memory',
    parts: { ...PLUGIN, otherExports: { memory: 'global' } },
    rule: 'memory-export',
    subject: 'memory',
    hostSays: undefined,
    remedy: /-buildmode=c-shared/,
  },
  {
    title: 'more memory than a gateway grants',
    parts: { ...PLUGIN, memory: [16_385] },
    rule: 'memory-limit',
    subject: '16385 pages of memory',
    hostSays: 'Failed to create new Wasm instance',
    remedy: /Embed less/,
  },
  {
    title: 'no allocator',
    parts: exporting({ proxy_on_memory_allocate: undefined }),
    rule: 'allocator',
    subject: 'proxy_on_memory_allocate',
    hostSays: 'Wasm module is missing malloc function.',
    remedy: /Import a proxy-wasm SDK/,
  },
  {
    title: 'an allocator of the wrong type',
    parts: exporting({ proxy_on_memory_allocate: 'i64 -> i32' }),
    rule: 'allocator',
    subject: 'proxy_on_memory_allocate',
    hostSays:
      'Bad function signature for: proxy_on_memory_allocate, want: i32 -> i32, but the module exports: i64 -> i32',
    remedy: /wasmexport/,
  },
  {
    title: 'a malloc of the wrong type beside the right allocator',
    parts: exporting({ malloc: '->' }),
    rule: 'allocator',
    subject: 'malloc',
    hostSays:
      'Bad function signature for: malloc, want: i32 -> i32, but the module exports: void -> void',
    remedy: /wasmexport/,
  },
  {
    title: 'an unknown function',
    parts: importing(['env', 'proxy_foo', '->']),
    rule: 'unknown-import',
    subject: 'env.proxy_foo',
    hostSays: 'Failed to load Wasm module due to a missing import: env.proxy_foo',
    remedy: /Check the name/,
  },
  {
    title: 'a function with the name of an object member',
    parts: importing(['env', 'constructor', '->']),
    rule: 'unknown-import',
    subject: 'env.constructor',
    hostSays: 'Failed to load Wasm module due to a missing import: env.constructor',
    remedy: /Check the name/,
  },
  {
    title: 'a known function from another module',
    parts: importing(['proxy', 'proxy_log', 'i32 i32 i32 -> i32']),
    rule: 'unknown-import',
    subject: 'proxy.proxy_log',
    hostSays: 'Failed to load Wasm module due to a missing import: proxy.proxy_log',
    remedy: /Check the name/,
  },
  {
    title: "a function of Higress's gateway on stock Envoy",
    parts: importing(['env', 'proxy_redis_call', 'i32 i32 i32 i32 i32 -> i32']),
    rule: 'unknown-import',
    subject: 'env.proxy_redis_call',
    hostSays: 'Failed to load Wasm module due to a missing import: env.proxy_redis_call',
    remedy: /run the plugin on Higress/,
  },
  {
    title: 'a function that only an older ABI version has',
    parts: importing(['env', 'proxy_get_configuration', 'i32 i32 -> i32']),
    rule: 'unknown-import',
    subject: 'env.proxy_get_configuration',
    hostSays: 'Failed to load Wasm module due to a missing import: env.proxy_get_configuration',
    remedy: /SDK whose ABI version/,
  },
  {
    title: 'a function that only a newer ABI version has',
    parts: { ...marked('0_2_0'), imports: [['env', 'proxy_get_log_level', 'i32 -> i32']] },
    rule: 'unknown-import',
    subject: 'env.proxy_get_log_level',
    hostSays: 'Failed to load Wasm module due to a missing import: env.proxy_get_log_level',
    remedy: /SDK whose ABI version/,
  },
  {
    title: 'a WASI function that gateways lack',
    parts: importing(['wasi_snapshot_preview1', 'proc_raise', 'i32 -> i32']),
    rule: 'unknown-import',
    subject: 'wasi_snapshot_preview1.proc_raise',
    hostSays:
      'Failed to load Wasm module due to a missing import: wasi_snapshot_preview1.proc_raise',
    remedy: /standard library call/,
  },
  {
    title: 'a module for JavaScript hosts',
    parts: importing(['gojs', 'runtime.wasmExit', 'i32 ->']),
    rule: 'unknown-import',
    subject: 'gojs.runtime.wasmExit',
    hostSays: 'Failed to load Wasm module due to a missing import: gojs.runtime.wasmExit',
    remedy: /GOOS=wasip1/,
  },
  {
    title: 'a host function with other types',
    parts: importing(['env', 'proxy_increment_metric', 'i32 i32 -> i32']),
    rule: 'import-type',
    subject: 'env.proxy_increment_metric',
    hostSays:
      'Failed to load Wasm module due to an import type mismatch: env.proxy_increment_metric, want: i32 i32 -> i32, but host exports: i32 i64 -> i32',
    remedy: /wasmimport/,
  },
  {
    title: 'a host function with other types in one import of two',
    parts: importing(
      ['env', 'proxy_log', 'i32 i32 -> i32'],
      ['env', 'proxy_log', 'i32 i32 i32 -> i32'],
    ),
    rule: 'import-type',
    subject: 'env.proxy_log',
    hostSays:
      'Failed to load Wasm module due to an import type mismatch: env.proxy_log, want: i32 i32 -> i32, but host exports: i32 i32 i32 -> i32',
    remedy: /wasmimport/,
  },
  {
    title: 'a host function whose answer is not taken',
    parts: importing(['env', 'proxy_done', '->']),
    rule: 'import-type',
    subject: 'env.proxy_done',
    hostSays:
      'Failed to load Wasm module due to an import type mismatch: env.proxy_done, want: void -> void, but host exports: void -> i32',
    remedy: /wasmimport/,
  },
  {
    title: 'path_symlink, which gateways declare with an argument too few',
    parts: importing(['wasi_snapshot_preview1', 'path_symlink', 'i32 i32 i32 i32 i32 -> i32']),
    rule: 'import-type',
    subject: 'wasi_snapshot_preview1.path_symlink',
    hostSays:
      'Failed to load Wasm module due to an import type mismatch: wasi_snapshot_preview1.path_symlink, want: i32 i32 i32 i32 i32 -> i32, but host exports: i32 i32 i32 i32 -> i32',
    remedy: /leave out the call/,
  },
  {
    title: 'path_rename, which Higress declares with an argument too few',
    parts: importing(['wasi_snapshot_preview1', 'path_rename', 'i32 i32 i32 i32 i32 i32 -> i32']),
    profile: higress,
    rule: 'import-type',
    subject: 'wasi_snapshot_preview1.path_rename',
    hostSays:
      'Failed to load Wasm module due to an import type mismatch: wasi_snapshot_preview1.path_rename, want: i32 i32 i32 i32 i32 i32 -> i32, but host exports: i32 i32 i32 i32 i32 -> i32',
    remedy: /leave out the call/,
  },
  {
    title: 'a global to import',
    parts: { ...PLUGIN, otherImports: [['env', 'stack_pointer', 'global']] },
    rule: 'import-kind',
    subject: 'env.stack_pointer',
    hostSays: 'Failed to load Wasm module due to a missing import: env.stack_pointer',
    remedy: /define its own global/,
  },
  {
    title: 'a memory to import',
    parts: { ...PLUGIN, otherImports: [['env', 'memory', 'memory']] },
    rule: 'import-kind',
    subject: 'env.memory',
    hostSays: undefined,
    remedy: /define its own memory/,
  },
  {
    title: 'a callback of the wrong type',
    parts: exporting({ proxy_on_tick: 'i32 -> i32' }),
    rule: 'callback-type',
    subject: 'proxy_on_tick',
    hostSays:
      'Bad function signature for: proxy_on_tick, want: i32 -> void, but the module exports: i32 -> i32',
    remedy: /wasmexport/,
  },
  {
    title: 'header callbacks of ABI 0.2 under the marker of 0.1',
    parts: marked('0_1_0'),
    rule: 'callback-type',
    subject: 'proxy_on_request_headers',
    hostSays:
      'Bad function signature for: proxy_on_request_headers, want: i32 i32 -> i32, but the module exports: i32 i32 i32 -> i32',
    remedy: /fits the ABI marker/,
  },
  {
    title: "Higress's Redis callback with the wrong type",
    parts: exporting({ proxy_on_redis_call_response: 'i32 ->' }),
    profile: higress,
    rule: 'callback-type',
    subject: 'proxy_on_redis_call_response',
    hostSays:
      'Bad function signature for: proxy_on_redis_call_response, want: i32 i32 i32 i32 -> void, but the module exports: i32 -> void',
    remedy: /wasmexport/,
  },
  {
    title: 'a function that takes vectors',
    parts: exporting({ blend: 'v128 -> i32' }),
    rule: 'vector-type',
    subject: 'blend',
    hostSays: 'unreachable code',
    remedy: /through memory/,
  },
];

describe('a module that a gateway refuses', () => {
  it.each(REFUSALS)('has $title', ({ parts, profile, rule, subject, hostSays, remedy }) => {
    const { accepted, problems } = judge(parts, profile);
    expect(accepted).toBe(false);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatchObject({ rule, subject });
    expect(problems[0]!.hostSays).toBe(hostSays);
    expect(problems[0]!.remedy).toMatch(remedy);
    expect(problems[0]!.cause).not.toBe('');
  });

  it('is too large for a download', () => {
    const module = readModule(buildModule(PLUGIN), FILE);
    expect(judgeModule({ ...module, size: 268_434_944 }, higress).accepted).toBe(true);
    const { problems } = judgeModule({ ...module, size: 268_434_945 }, higress);
    expect(problems.map(({ rule, subject }) => [rule, subject])).toEqual([
      ['module-size', '268434945 bytes'],
    ]);
  });

  it('has everything wrong at once, in the order in which the gateway would meet it, each thing once', () => {
    const redis = ['env', 'proxy_redis_init', 'i32 i32 i32 i32 i32 i32 i32 -> i32'] as const;
    const { abi, problems } = judge({
      imports: [['env', 'proxy_foo', '->'], redis, redis, ['env', 'proxy_log', '->']],
      exports: { proxy_abi_version_0_2_100: '->', _start: '->', proxy_on_log: '->' },
    });
    expect(abi).toBeUndefined();
    expect(problems.map(({ rule, subject }) => `${rule} ${subject}`)).toEqual([
      'abi-marker proxy_abi_version_0_2_100',
      'unknown-import env.proxy_foo',
      'unknown-import env.proxy_redis_init',
      'import-type env.proxy_log',
      'memory-export memory',
      'entry-point _start',
      'allocator proxy_on_memory_allocate',
      'callback-type proxy_on_log',
    ]);
  });
});

describe('a module that a gateway loads', () => {
  it.each<readonly [title: string, parts: ModuleParts, profile: HostProfile, abi: string]>([
    ['a plugin of ABI 0.2.1', PLUGIN, envoy, '0.2.1'],
    ['a plugin of ABI 0.2.0', marked('0_2_0'), envoy, '0.2.0'],
    [
      'a plugin of ABI 0.1.0',
      {
        ...marked('0_1_0'),
        imports: [['env', 'proxy_get_configuration', 'i32 i32 -> i32']],
        exports: { ...marked('0_1_0').exports, proxy_on_request_headers: 'i32 i32 -> i32' },
      },
      envoy,
      '0.1.0',
    ],
    ['a plugin of the upstream SDK on Higress', marked('0_2_0'), higress, '0.2.0'],
    [
      "a plugin of Higress's SDK with all its functions",
      {
        ...marked('0_2_100'),
        imports: [
          ['env', 'proxy_redis_init', 'i32 i32 i32 i32 i32 i32 i32 -> i32'],
          ['env', 'proxy_redis_call', 'i32 i32 i32 i32 i32 -> i32'],
          ['env', 'proxy_get_upstream_hosts', 'i32 i32 -> i32'],
          ['env', 'proxy_set_upstream_override_host', 'i32 i32 -> i32'],
          ['env', 'proxy_inject_encoded_data_to_filter_chain', 'i32 i32 i32 -> i32'],
          ['env', 'proxy_get_log_level', 'i32 -> i32'],
        ],
        exports: {
          ...marked('0_2_100').exports,
          proxy_on_redis_call_response: 'i32 i32 i32 i32 ->',
        },
      },
      higress,
      '0.2.100',
    ],
    [
      'a plugin with malloc',
      exporting({ malloc: 'i32 -> i32', proxy_on_memory_allocate: undefined }),
      envoy,
      '0.2.1',
    ],
    [
      'a plugin with malloc, whose other allocator is not looked at',
      exporting({ malloc: 'i32 -> i32', proxy_on_memory_allocate: '->' }),
      envoy,
      '0.2.1',
    ],
    ['a plugin with main', exporting({ main: 'i32 i32 -> i32' }), envoy, '0.2.1'],
    ['a marker with a type', exporting({ proxy_abi_version_0_2_1: 'i32 -> i32' }), envoy, '0.2.1'],
    [
      'a callback that the gateway does not know',
      exporting({ proxy_on_redis_call_response: '->' }),
      envoy,
      '0.2.1',
    ],
    ['as much memory as there is', { ...PLUGIN, memory: [16_384, 65_536] }, envoy, '0.2.1'],
    [
      'the older name of WASI',
      importing(['wasi_unstable', 'sched_yield', '-> i32']),
      envoy,
      '0.2.1',
    ],
    [
      'path_rename on stock Envoy',
      importing(['wasi_snapshot_preview1', 'path_rename', 'i32 i32 i32 i32 i32 i32 -> i32']),
      envoy,
      '0.2.1',
    ],
  ])('is %s', (_, parts, profile, abi) => {
    expect(judge(parts, profile)).toEqual({ accepted: true, abi, problems: [], warnings: [] });
  });

  it('may export several markers: the gateway takes the first that it knows', () => {
    const parts = marked('0_2_100', '0_1_0', '0_2_0');
    const old = {
      ...parts,
      exports: { ...parts.exports, proxy_on_request_headers: 'i32 i32 -> i32' },
    };
    expect(judge(old)).toMatchObject({
      accepted: true,
      abi: '0.1.0',
      warnings: [
        { rule: 'abi-marker', cause: expect.stringMatching(/3 ABI markers.*_0_1_0$/) as string },
      ],
    });
    expect(judge(parts, higress)).toMatchObject({
      accepted: true,
      abi: '0.2.100',
      warnings: [{ rule: 'abi-marker', cause: expect.stringMatching(/_0_2_100$/) as string }],
    });
  });

  it.each<readonly [title: string, parts: ModuleParts, rule: Rule, subject: string]>([
    [
      'it has an entry point that is never called',
      exporting({ _start: '->' }),
      'entry-point',
      '_start',
    ],
    ['it has a start section', { ...PLUGIN, start: 3 }, 'start-section', 'function 3'],
    [
      'it has no callback for traffic',
      exporting({ proxy_on_request_headers: undefined }),
      'no-callbacks',
      'stream callbacks',
    ],
    [
      'it is never told to start',
      exporting({ proxy_on_vm_start: undefined, proxy_on_configure: undefined }),
      'no-callbacks',
      'proxy_on_vm_start, proxy_on_configure',
    ],
  ])('gets a warning when %s', (_, parts, rule, subject) => {
    const { accepted, warnings } = judge(parts);
    expect(accepted).toBe(true);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ rule, subject });
  });

  it.each(['proxy_on_vm_start', 'proxy_on_configure'])('needs no other than %s', (name) => {
    const others = { proxy_on_vm_start: undefined, proxy_on_configure: undefined };
    expect(judge(exporting({ ...others, [name]: 'i32 i32 -> i32' })).warnings).toEqual([]);
  });

  it('may only do work in the background', () => {
    const parts = exporting({ proxy_on_request_headers: undefined, proxy_on_tick: 'i32 ->' });
    expect(judge(parts).warnings).toEqual([]);
  });
});

describe('a verdict for a person', () => {
  it('is one line for a module that is loaded', () => {
    expect(formatVerdict(judge(PLUGIN), FILE, envoy)).toBe(
      'dist/plugin.wasm: stock Envoy (1.40) loads this module as ABI 0.2.1',
    );
  });

  it('has counts, and for each problem the cause, the words of the gateway and the remedy', () => {
    const verdict = judge(
      exporting({ _initialize: undefined, _start: '->', proxy_on_request_headers: undefined }),
    );
    expect(formatVerdict(verdict, FILE, envoy).split('\n')).toEqual([
      'dist/plugin.wasm: stock Envoy (1.40) does not load this module (1 problem, 1 warning)',
      '  problem entry-point: _start: the module is a command (it exports _start, not _initialize), a program that runs once and ends',
      '    gateway log: Function: _start failed: Uncaught Error: restricted_callback',
      '    Build with GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared: that makes a reactor, which exports _initialize.',
      '  warning no-callbacks: stream callbacks: the module exports none of them: it loads but does nothing',
      '    Import the SDK and set its contexts in func init(); func main() is not called.',
    ]);
  });

  it('leaves out the words of a gateway that has none', () => {
    const text = formatVerdict(judge({ ...PLUGIN, otherExports: {} }), FILE, envoy);
    expect(text).not.toContain('gateway log');
  });

  it('makes names printable that would drive a terminal or fake a line', () => {
    const text = formatVerdict(
      judge(importing(['env', '\u001b[2Jx\n  problem fake\r', '->'])),
      FILE,
      envoy,
    );
    expect(text).toContain('env.\\x1b[2Jx\\n  problem fake\\x0d');
    expect(text.split('\n')).toHaveLength(4);
  });

  it('cuts long names and long lists', () => {
    const imports = Array.from(
      { length: 60 },
      (_, index) => ['env', `${'x'.repeat(1000)}${index}`, '->'] as const,
    );
    const lines = formatVerdict(judge(importing(...imports)), FILE, envoy).split('\n');
    expect(lines[0]).toContain('60 problems');
    expect(lines.at(-1)).toBe('  and 10 problems more');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(401);
  });
});
