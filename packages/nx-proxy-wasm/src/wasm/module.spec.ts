import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProxyWasmError } from '../errors';
import { HOST_PROFILES } from './host-profile';
import { readModule } from './module';
import {
  buildModule,
  functionType,
  HEADER,
  leb,
  list,
  moduleOf,
  name,
  section,
} from './testing/module-builder';
import { sectionEnds } from './testing/section-ends';
import { formatVerdict, judgeModule } from './verdict';

const TYPE = [0x60, 0, 0];
const TYPES = section(1, list([TYPE]));
const FUNCTIONS = section(3, list([[0]]));
const CODE = section(10, list([[2, 0, 0x0b]]));
const HUGE = leb(0xffff_ffff);

const SAMPLE = buildModule({
  imports: [
    ['env', 'proxy_log', 'i32 i32 i32 -> i32'],
    ['wasi_snapshot_preview1', 'fd_seek', 'i32 i64 i32 i32 -> i32'],
  ],
  otherImports: [['env', 'table', 'table']],
  exports: { _initialize: '->', proxy_on_memory_allocate: 'i32 -> i32' },
  otherExports: { memory: 'memory', answer: 'global' },
  memory: [61, 400],
  start: 2,
  custom: [
    [
      'producers',
      Uint8Array.from(
        list([[...name('language'), ...list([[...name('Go'), ...name('go1.26.8')]])]]),
      ),
    ],
    ['name', Uint8Array.of(1, 2, 3)],
  ],
});

function refusal(bytes: Uint8Array): ProxyWasmError {
  try {
    readModule(bytes, 'dist/plugin.wasm');
  } catch (error) {
    if (error instanceof ProxyWasmError) return error;
    throw error;
  }
  throw new Error('the module was accepted');
}

describe('reading a module', () => {
  it('gives everything at its border', () => {
    const module = readModule(SAMPLE, 'dist/plugin.wasm');
    expect(module).toEqual({
      size: SAMPLE.length,
      types: [
        functionType('i32 i32 i32 -> i32'),
        functionType('i32 i64 i32 i32 -> i32'),
        functionType('->'),
        functionType('i32 -> i32'),
      ],
      imports: [
        {
          module: 'env',
          name: 'proxy_log',
          kind: 'function',
          type: functionType('i32 i32 i32 -> i32'),
        },
        {
          module: 'wasi_snapshot_preview1',
          name: 'fd_seek',
          kind: 'function',
          type: functionType('i32 i64 i32 i32 -> i32'),
        },
        { module: 'env', name: 'table', kind: 'table' },
      ],
      exports: [
        { name: '_initialize', kind: 'function', type: functionType('->') },
        { name: 'proxy_on_memory_allocate', kind: 'function', type: functionType('i32 -> i32') },
        { name: 'memory', kind: 'memory' },
        { name: 'answer', kind: 'global' },
      ],
      memories: [{ initialPages: 61, maximumPages: 400 }],
      startFunction: 2,
      customSections: [
        { name: 'producers', size: 23 },
        { name: 'name', size: 3 },
      ],
      toolchain: 'language Go go1.26.8',
    });
  });

  it('takes the smallest module there is', () => {
    expect(readModule(moduleOf(), 'm.wasm').exports).toEqual([]);
  });

  it('takes numbers that are written with more bytes than they need, as Go writes section lengths', () => {
    const padded = [1, 0x84, 0x80, 0x80, 0x80, 0, ...list([TYPE])];
    expect(readModule(moduleOf(padded), 'm.wasm').types).toEqual([functionType('->')]);
  });

  it('counts imported memories first', () => {
    const bytes = buildModule({ otherImports: [['env', 'memory', 'memory']], memory: [7] });
    expect(readModule(bytes, 'm.wasm').memories).toEqual([
      { initialPages: 1 },
      { initialPages: 7 },
    ]);
  });

  it('reads no toolchain from a malformed producers section, which leaves the module valid', () => {
    for (const content of [[], HUGE, [1, 0xff], [...list([name('language')])], [1, 1, 0xff, 0]]) {
      const bytes = buildModule({ custom: [['producers', Uint8Array.from(content)]] });
      expect(readModule(bytes, 'm.wasm').toolchain).toBeUndefined();
    }
  });
});

describe('refusing what is no module', () => {
  const CASES: readonly (readonly [
    title: string,
    bytes: readonly number[],
    says: RegExp,
    remedy: RegExp,
  ])[] = [
    ['an empty file', [], /empty/, /again/],
    ['text', [...Buffer.from('hello, world')], /not a WebAssembly module$/, /go build/],
    ['a native ELF program', [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0], /ELF/, /GOOS=wasip1/],
    ['a native Mach-O program', [0xcf, 0xfa, 0xed, 0xfe, 7, 0, 0, 1], /Mach-O/, /GOOS=wasip1/],
    ['a native Windows program', [0x4d, 0x5a, 0x90, 0], /Windows/, /GOOS=wasip1/],
    ['a library archive', [...Buffer.from('!<arch>\n')], /archive/, /package main/],
    ['a gzip layer', [0x1f, 0x8b, 8, 0], /gzip/, /Unpack/],
    ['WebAssembly text', [...Buffer.from('(module)')], /text/, /wat2wasm/],
    ['half a header', HEADER.slice(0, 6), /inside its header/, /again/],
    ['a component', [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0], /component/, /core module/],
    ['another version', [0, 0x61, 0x73, 0x6d, 2, 0, 0, 0], /version 0x02000000/, /version 1/],
  ];
  it.each(CASES)('refuses %s', (_, bytes, says, remedy) => {
    const error = refusal(Uint8Array.from(bytes));
    expect(error.errorClass).toBe('verification-failed');
    expect(error.subject).toBe('dist/plugin.wasm');
    expect(error.message.split('\n')[0]).toMatch(says);
    expect(error.remedy).toMatch(remedy);
  });
});

describe('refusing malformed modules', () => {
  const CASES: readonly (readonly [title: string, bytes: Uint8Array, says: RegExp])[] = [
    [
      'junk behind the last section',
      moduleOf(TYPES, [0xff, 0xff]),
      /module .*ends in the middle|no section/,
    ],
    ['zeros behind the last section', moduleOf(TYPES, [0, 0]), /custom section ends/],
    ['an unknown section', moduleOf(section(14, [0])), /no section \(14\)/],
    ['a section twice', moduleOf(TYPES, TYPES), /type section stands there twice/],
    ['sections out of order', moduleOf(section(2, [0]), TYPES), /type section stands behind/],
    [
      'a data count section behind the code',
      moduleOf(CODE, section(12, [0])),
      /data count section stands/,
    ],
    [
      'a section longer than the file',
      moduleOf([1, 9, 1, 0x60]),
      /inside its type section: 9 bytes/,
    ],
    ['a section of 4 GiB', moduleOf([10, ...HUGE]), /inside its code section: 4294967295 bytes/],
    [
      'bytes behind the last type',
      moduleOf(section(1, [...list([TYPE]), 0])),
      /type section has 1 bytes/,
    ],
    ['4 billion types', moduleOf(section(1, HUGE)), /claims 4294967295 types/],
    ['4 billion imports', moduleOf(section(2, HUGE)), /claims 4294967295 imports/],
    ['4 billion functions', moduleOf(TYPES, section(3, HUGE)), /claims 4294967295 functions/],
    ['4 billion memories', moduleOf(section(5, HUGE)), /claims 4294967295 memories/],
    ['4 billion exports', moduleOf(section(7, HUGE)), /claims 4294967295 exports/],
    ['4 billion parameters', moduleOf(section(1, [1, 0x60, ...HUGE])), /claims 4294967295 values/],
    [
      'more parameters than engines take',
      moduleOf(section(1, [1, 0x60, ...leb(1001), ...Array<number>(1001).fill(0x7f), 0])),
      /claims 1001 values/,
    ],
    ['a name of 4 GiB', moduleOf(section(2, [1, ...HUGE])), /middle of a name/],
    [
      'a name longer than engines take',
      moduleOf(section(0, [...leb(100_001), ...Array<number>(100_001).fill(65)])),
      /name of 100001 bytes/,
    ],
    ['a name that is not UTF-8', moduleOf(section(0, [2, 0xc3, 0x28])), /not UTF-8/],
    ['a number of six bytes', moduleOf([1, 0x80, 0x80, 0x80, 0x80, 0x80, 0]), /32 bits/],
    ['a number above 32 bits', moduleOf([1, 0xff, 0xff, 0xff, 0xff, 0x1f]), /32 bits/],
    ['a type that is no function', moduleOf(section(1, [1, 0x5f, 0])), /no function type \(0x5f\)/],
    ['an unknown value type', moduleOf(section(1, [1, 0x60, 1, 0x55, 0])), /value type \(0x55\)/],
    [
      'an import of unknown kind',
      moduleOf(section(2, list([[...name('a'), ...name('b'), 9]]))),
      /kind \(9\)/,
    ],
    [
      'an import of a type that is not there',
      moduleOf(TYPES, section(2, list([[...name('a'), ...name('b'), 0, 1]]))),
      /names type 1/,
    ],
    ['a function of a type that is not there', moduleOf(section(3, list([[0]]))), /names type 0/],
    [
      'an export of a function that is not there',
      moduleOf(section(7, list([[...name('a'), 0, 0]]))),
      /names function 0/,
    ],
    [
      'an export of a memory that is not there',
      moduleOf(section(7, list([[...name('a'), 2, 0]]))),
      /names memory 0/,
    ],
    [
      'an export name twice',
      moduleOf(
        TYPES,
        FUNCTIONS,
        section(
          7,
          list([
            [...name('a'), 0, 0],
            [...name('a'), 0, 0],
          ]),
        ),
        CODE,
      ),
      /same name twice/,
    ],
    [
      'a start function that is not there',
      moduleOf(section(8, [0])),
      /start section names function 0/,
    ],
    [
      'bytes behind the start function',
      moduleOf(TYPES, FUNCTIONS, section(8, [0, 0]), CODE),
      /start section has 1/,
    ],
    ['a memory with 64-bit addresses', moduleOf(section(5, list([[4, 1]]))), /limits of a form/],
    [
      'functions without code',
      moduleOf(TYPES, FUNCTIONS),
      /declares 1 functions and has the code of 0/,
    ],
    ['code without functions', moduleOf(CODE), /declares 0 functions and has the code of 1/],
    [
      'data segments that are not there',
      moduleOf(section(12, [3])),
      /announces 3 data segments and has 0/,
    ],
    [
      'ten thousand custom sections',
      moduleOf(...Array<number[]>(10_001).fill(section(0, [0]))),
      /custom sections/,
    ],
    [
      'five megabytes of types',
      moduleOf(section(1, Array<number>(5 * 1024 * 1024).fill(0))),
      /takes 5242880 bytes/,
    ],
  ];
  it.each(CASES)('refuses %s', (_, bytes, says) => {
    const error = refusal(bytes);
    expect(error.errorClass).toBe('verification-failed');
    expect(error.message).toMatch(says);
    expect(error.message).toContain('dist/plugin.wasm: not a valid WebAssembly module: the ');
    expect(error.remedy).toMatch(/Build the module again/);
  });

  it('keeps equal types once, whatever their number', () => {
    const many = Array<number[]>(100_000).fill(TYPE);
    const { types } = readModule(moduleOf(section(1, list(many))), 'm.wasm');
    expect(types).toHaveLength(100_000);
    expect(new Set(types).size).toBe(1);
  });

  it('refuses a module that ends anywhere but at the end of a section', () => {
    const ends = sectionEnds(SAMPLE);
    expect(ends.at(-1)).toBe(SAMPLE.length);
    for (let length = 0; length < SAMPLE.length; length += 1) {
      if (!ends.includes(length)) {
        expect(refusal(SAMPLE.subarray(0, length)).errorClass, `cut at ${length}`).toBe(
          'verification-failed',
        );
      }
    }
  });

  it('refuses a module that ends before its code', () => {
    const [, types, imports, functions] = sectionEnds(SAMPLE);
    expect(refusal(SAMPLE.subarray(0, functions)).message).toMatch(/declares 2 functions/);
    // A module without functions is whole after any section.
    for (const end of [types, imports]) readModule(SAMPLE.subarray(0, end), 'm.wasm');
  });

  it('throws nothing but its own error, whatever is changed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(SAMPLE.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.nat(SAMPLE.length),
        (edits, length) => {
          const bytes = Uint8Array.from(SAMPLE);
          for (const [at, value] of edits) bytes[at] = value;
          expectVerdictOrRefusal(bytes);
          expectVerdictOrRefusal(bytes.subarray(0, length));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('throws nothing but its own error, whatever stands behind the header', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (tail) => {
        expectVerdictOrRefusal(Uint8Array.from([...HEADER, ...tail]));
      }),
      { numRuns: 3000 },
    );
  });
});

function expectVerdictOrRefusal(bytes: Uint8Array): void {
  for (const profile of Object.values(HOST_PROFILES)) {
    try {
      const verdict = judgeModule(readModule(bytes, 'm.wasm'), profile);
      expect(formatVerdict(verdict, 'm.wasm', profile)).not.toBe('');
    } catch (error) {
      expect(error).toBeInstanceOf(ProxyWasmError);
    }
  }
}
