import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProxyWasmError } from '../errors';
import { run } from '../process';
import { type BuildInfo, readBuildInfo } from './build-info';
import { HOST_PROFILES } from './host-profile';
import { readModule, type WasmModule } from './module';
import { sectionEnds } from './testing/section-ends';
import { formatVerdict, judgeModule } from './verdict';

const { envoy, higress } = HOST_PROFILES;

/** A plugin written against the ABI itself, so that it needs no SDK and no network. */
const MAIN = `package main

import (
	"fmt"
	"unsafe"

	"example.com/greeting"
)

func main() {}

var kept = map[*byte][]byte{}

//go:wasmimport env proxy_log
func proxyLog(level uint32, text unsafe.Pointer, size uint32) uint32

//go:wasmexport proxy_abi_version_0_2_0
func abiVersion() {}

//go:wasmexport proxy_on_memory_allocate
func allocate(size uint32) *byte {
	block := make([]byte, size+1)
	kept[&block[0]] = block
	return &block[0]
}

//go:wasmexport proxy_on_context_create
func onContextCreate(context, parent uint32) {}

//go:wasmexport proxy_on_vm_start
func onVMStart(context, size uint32) uint32 { return 1 }

//go:wasmexport proxy_on_configure
func onConfigure(context, size uint32) uint32 {
	text := fmt.Append(nil, greeting.Text, size)
	proxyLog(2, unsafe.Pointer(&text[0]), uint32(len(text)))
	return 1
}

//go:wasmexport proxy_on_request_headers
func onRequestHeaders(context, headers, end uint32) uint32 { return 0 }
`;

/** A program that makes the standard library import every WASI function that it can. */
const EVERYTHING = `package main

import (
	"net"
	"os"
	"time"
)

func main() {
	os.Mkdir("a", 0o755)
	os.Rename("a", "b")
	os.Link("a", "b")
	os.Symlink("a", "b")
	os.Readlink("a")
	os.Remove("a")
	os.Chtimes("a", time.Now(), time.Now())
	os.Truncate("a", 1)
	file, _ := os.OpenFile("a", os.O_RDWR, 0o644)
	file.ReadAt(nil, 1)
	file.WriteAt(nil, 1)
	file.Seek(1, 0)
	file.Sync()
	file.ReadDir(1)
	file.Stat()
	listener, _ := net.FileListener(file)
	connection, _ := listener.Accept()
	connection.(interface{ CloseRead() error }).CloseRead()
	time.Sleep(time.Duration(len(os.Args)))
	os.Exit(len(os.Environ()))
}
`;

const FILES: Readonly<Record<string, string>> = {
  'main.go': MAIN,
  'go.mod':
    'module example.com/plugin\n\ngo 1.24\n\nrequire example.com/greeting v0.0.0\n\nreplace example.com/greeting => ./greeting\n',
  'everything/main.go': EVERYTHING,
  'greeting/go.mod': 'module example.com/greeting\n\ngo 1.24\n',
  'greeting/greeting.go': 'package greeting\n\nvar Text = "hello"\n',
};

interface Descriptor {
  readonly module: string;
  readonly name: string;
  readonly kind: string;
}

/** The engine's own reader; Node's types do not have it. */
const { WebAssembly } = globalThis as unknown as {
  readonly WebAssembly: {
    compile(bytes: Uint8Array): Promise<object>;
    readonly Module: {
      imports(module: object): Descriptor[];
      exports(module: object): Omit<Descriptor, 'module'>[];
    };
  };
};

interface Built {
  readonly bytes: Uint8Array;
  readonly module: WasmModule;
}

let directory: string;
let reactor: Built;
let command: Built;

async function build(name: string, source: string, ...flags: readonly string[]): Promise<Built> {
  const args = [
    'build',
    ...flags,
    '-trimpath',
    '-buildvcs=false',
    '-ldflags=-buildid=',
    '-o',
    name,
    source,
  ];
  const { exitCode, stderr } = await run('go', args, {
    cwd: directory,
    env: {
      ...process.env,
      GOENV: 'off',
      GOFLAGS: '-mod=readonly',
      GOWORK: 'off',
      GOPROXY: 'off',
      GOTOOLCHAIN: 'local',
      CGO_ENABLED: '0',
      GOOS: 'wasip1',
      GOARCH: 'wasm',
    },
  });
  expect(exitCode, stderr).toBe(0);
  const bytes = await readFile(path.join(directory, name));
  return { bytes, module: readModule(bytes, name) };
}

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'real-module-'));
  await mkdir(path.join(directory, 'greeting'));
  await mkdir(path.join(directory, 'everything'));
  for (const [name, content] of Object.entries(FILES)) {
    await writeFile(path.join(directory, name), content);
  }
  reactor = await build('reactor.wasm', '.', '-buildmode=c-shared');
  command = await build('command.wasm', '.');
});

afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

describe('a module built by Go', () => {
  it.each([envoy, higress])('is loaded by $title when it is built as a reactor', (profile) => {
    const verdict = judgeModule(reactor.module, profile);
    expect(formatVerdict(verdict, 'reactor.wasm', profile)).toBe(
      `reactor.wasm: ${profile.title} loads this module as ABI 0.2.0`,
    );
    expect(verdict.warnings).toEqual([]);
  });

  it.each([envoy, higress])('is refused by $title when it is built as a command', (profile) => {
    const { accepted, problems } = judgeModule(command.module, profile);
    expect(accepted).toBe(false);
    expect(problems.map(({ rule, subject }) => [rule, subject])).toEqual([
      ['entry-point', '_start'],
    ]);
    expect(problems[0]!.hostSays).toBe(
      'Function: _start failed: Uncaught Error: restricted_callback',
    );
    expect(problems[0]!.remedy).toContain('-buildmode=c-shared');
  });

  it('shows its imports and exports as the engine sees them', async () => {
    const compiled = await WebAssembly.compile(reactor.bytes);
    const { imports, exports } = reactor.module;
    expect(imports.map(({ module, name, kind }) => ({ module, name, kind }))).toEqual(
      WebAssembly.Module.imports(compiled),
    );
    expect(exports.map(({ name, kind }) => ({ name, kind }))).toEqual(
      WebAssembly.Module.exports(compiled),
    );
    // The linker writes some imports twice; a reader that refused that would refuse every Go module.
    const names = imports.map(({ name }) => name);
    expect(new Set(names).size).toBeLessThan(names.length);
  });

  it('resolves the types of its functions', () => {
    const typeOf = (name: string) => reactor.module.exports.find((one) => one.name === name)?.type;
    expect(typeOf('proxy_on_memory_allocate')).toEqual({ params: ['i32'], results: ['i32'] });
    expect(typeOf('proxy_on_context_create')).toEqual({ params: ['i32', 'i32'], results: [] });
    expect(typeOf('_initialize')).toEqual({ params: [], results: [] });
    expect(reactor.module.imports.find(({ name }) => name === 'clock_time_get')?.type).toEqual({
      params: ['i32', 'i64', 'i32'],
      results: ['i32'],
    });
  });

  // An independent source for the types of WASI functions: Go declares them as the standard has them.
  it.each([
    { profile: envoy, lacking: ['path_link', 'path_symlink'] },
    { profile: higress, lacking: ['path_link', 'path_rename', 'path_symlink'] },
  ])('gets from $profile.title all of WASI but $lacking', async ({ profile, lacking }) => {
    const { module } = await build('everything.wasm', './everything');
    const wasi = new Set(module.imports.map(({ name }) => name));
    expect(wasi.size).toBeGreaterThan(30);
    const problems = judgeModule(module, profile).problems.filter(({ rule }) =>
      rule.includes('import'),
    );
    expect(problems.map(({ rule, subject }) => `${rule} ${subject}`).sort()).toEqual(
      lacking.map((name) => `import-type wasi_snapshot_preview1.${name}`),
    );
  });

  it('names its toolchain', () => {
    expect(reactor.module.toolchain).toMatch(
      /^language Go go1\.\S+, processed-by Go cmd\/compile go1\.\S+$/,
    );
  });

  it('tells how it was built', () => {
    const info: BuildInfo | undefined = readBuildInfo(reactor.bytes);
    expect(info).toMatchObject({
      path: 'example.com/plugin',
      main: { path: 'example.com/plugin', version: '(devel)' },
      deps: [
        {
          path: 'example.com/greeting',
          version: 'v0.0.0',
          replace: { path: './greeting', version: '(devel)' },
        },
      ],
    });
    expect(info?.settings.get('-buildmode')).toBe('c-shared');
    expect(info?.settings.get('GOOS')).toBe('wasip1');
    expect(info?.settings.get('CGO_ENABLED')).toBe('0');
    expect(readBuildInfo(command.bytes)?.settings.get('-buildmode')).toBe('exe');
  });

  it('is refused wherever it is cut short, but for the ends of sections', () => {
    const { bytes } = reactor;
    const ends = sectionEnds(bytes);
    expect(ends.length).toBeGreaterThan(10);
    expect(ends.at(-1)).toBe(bytes.length);
    const cut = (length: number): void => {
      const rest = bytes.subarray(0, length);
      readBuildInfo(rest);
      try {
        readModule(rest, 'cut.wasm');
      } catch (error) {
        expect(error).toBeInstanceOf(ProxyWasmError);
        expect((error as ProxyWasmError).errorClass).toBe('verification-failed');
        return;
      }
      // Nothing tells such a module from one that never had more.
      expect(ends).toContain(length);
    };
    for (const end of ends) {
      cut(end - 1);
      cut(end);
      cut(Math.min(end + 1, bytes.length));
    }
    for (let length = 0; length < 2048; length += 1) cut(length);
    fc.assert(fc.property(fc.nat(bytes.length), cut), { numRuns: 500 });
  });
});
