import { BinaryReader } from './binary-reader';
import { noDeclarations, readDeclarations } from './declarations';
import { checkHeader } from './file-header';
import { readProducers } from './producers';

/** Types of values, named as in the text format. */
export type ValueType = 'i32' | 'i64' | 'f32' | 'f64' | 'v128' | 'funcref' | 'externref';

/** What a function takes and gives. */
export interface FunctionType {
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
}

/** Kinds of things that cross the border of a module. */
export type ExternalKind = 'function' | 'table' | 'memory' | 'global' | 'tag';

export interface Import {
  readonly module: string;
  readonly name: string;
  readonly kind: ExternalKind;
  /** Of a function. */
  readonly type?: FunctionType;
}

export interface Export {
  readonly name: string;
  readonly kind: ExternalKind;
  /** Of a function. */
  readonly type?: FunctionType;
}

/** Limits of a memory in pages of 64 KiB. */
export interface Memory {
  readonly initialPages: number;
  readonly maximumPages?: number;
}

/** What a module says about itself: everything at its border, nothing of its code. */
export interface WasmModule {
  /** Length of the file in bytes. */
  readonly size: number;
  readonly types: readonly FunctionType[];
  /** In file order; the same import may stand there several times, as Go's linker writes it. */
  readonly imports: readonly Import[];
  /** In file order, names unique. */
  readonly exports: readonly Export[];
  /** Imported memories first, then the module's own. */
  readonly memories: readonly Memory[];
  /** Index of the function that runs while the module is instantiated. */
  readonly startFunction?: number;
  /** In file order, with the length of their content. */
  readonly customSections: readonly { readonly name: string; readonly size: number }[];
  /** The `producers` section as text: `language Go go1.26.8, processed-by Go cmd/compile go1.26.8`. */
  readonly toolchain?: string;
}

/** Section ids with their names, in the order in which they may stand. Custom sections (0) stand anywhere. */
const SECTIONS: ReadonlyMap<number, string> = new Map([
  [1, 'type section'],
  [2, 'import section'],
  [3, 'function section'],
  [4, 'table section'],
  [5, 'memory section'],
  [13, 'tag section'],
  [6, 'global section'],
  [7, 'export section'],
  [8, 'start section'],
  [9, 'element section'],
  [12, 'data count section'],
  [10, 'code section'],
  [11, 'data section'],
]);
const SECTION_ORDER = [...SECTIONS.keys()];

/** Real modules have two; every one that is believed costs memory here. */
const MAX_CUSTOM_SECTIONS = 10_000;

/**
 * Reads what stands at the border of a module from its bytes: nothing is compiled, code and data are skipped
 * by their length.
 * @param file names the module in messages
 * @throws ProxyWasmError `verification-failed` for whatever is no well-formed core module
 * @see https://webassembly.github.io/spec/core/binary/modules.html
 */
export function readModule(bytes: Uint8Array, file: string): WasmModule {
  checkHeader(bytes, file);
  const reader = new BinaryReader(bytes, file, 'module', 8, bytes.length);
  const declared = noDeclarations();
  const customSections: { name: string; size: number }[] = [];
  let toolchain: string | undefined;
  let bodies = 0;
  let announcedSegments: number | undefined;
  let segments = 0;
  let lastPlace = -1;

  while (reader.remaining > 0) {
    const id = reader.byte();
    const length = reader.u32();
    if (id === 0) {
      const section = reader.sub('custom section', length);
      const name = section.name();
      if (customSections.length === MAX_CUSTOM_SECTIONS) {
        reader.fail(`has more than ${MAX_CUSTOM_SECTIONS} custom sections`);
      }
      customSections.push({ name, size: section.remaining });
      if (name === 'producers') toolchain ??= readProducers(section);
      continue;
    }
    const part =
      SECTIONS.get(id) ?? reader.fail(`goes on with something that is no section (${id})`);
    const section = reader.sub(part, length);
    const place = SECTION_ORDER.indexOf(id);
    if (place === lastPlace) section.fail('stands there twice');
    if (place < lastPlace) section.fail('stands behind a section that it has to precede');
    lastPlace = place;
    if (id === 10) bodies = section.u32();
    else if (id === 11) segments = section.u32();
    else if (id === 12) announcedSegments = section.u32();
    else readDeclarations(id, section, declared);
  }

  if (bodies !== declared.ownFunctions) {
    reader.fail(`declares ${declared.ownFunctions} functions and has the code of ${bodies}`);
  }
  if (announcedSegments !== undefined && announcedSegments !== segments) {
    reader.fail(`announces ${announcedSegments} data segments and has ${segments}`);
  }
  const { types, imports, exports, memories, startFunction } = declared;
  return {
    size: bytes.length,
    types,
    imports,
    exports,
    memories,
    customSections,
    ...(startFunction === undefined ? {} : { startFunction }),
    ...(toolchain === undefined ? {} : { toolchain }),
  };
}
