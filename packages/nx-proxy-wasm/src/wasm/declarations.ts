import { type BinaryReader } from './binary-reader';
import {
  type Export,
  type ExternalKind,
  type FunctionType,
  type Import,
  type Memory,
  type ValueType,
} from './module';

/**
 * Limits on lists as the engines inside the gateways have them, and our own on whole sections: what is kept in
 * memory stays small whatever a module claims.
 * @see https://webassembly.github.io/spec/js-api/index.html#limits
 */
const MAX_ENTRIES = 1_000_000;
const MAX_PARAMS = 1_000;
const MAX_MEMORIES = 100_000;
const MAX_DECLARATION_BYTES = 4 * 1024 * 1024;

const VALUE_TYPES: ReadonlyMap<number, ValueType> = new Map([
  [0x7f, 'i32'],
  [0x7e, 'i64'],
  [0x7d, 'f32'],
  [0x7c, 'f64'],
  [0x7b, 'v128'],
  [0x70, 'funcref'],
  [0x6f, 'externref'],
]);
const KINDS: readonly ExternalKind[] = ['function', 'table', 'memory', 'global', 'tag'];

/** What the sections read so far declare. */
export interface Declarations {
  readonly types: FunctionType[];
  readonly imports: Import[];
  /** Types of all functions, imported ones first: a function's index is its place here. */
  readonly functions: FunctionType[];
  readonly exports: Export[];
  readonly memories: Memory[];
  ownFunctions: number;
  startFunction: number | undefined;
}

/** The state before the first section. */
export function noDeclarations(): Declarations {
  return {
    types: [],
    imports: [],
    functions: [],
    exports: [],
    memories: [],
    ownFunctions: 0,
    startFunction: undefined,
  };
}

/**
 * Reads one of the sections that say what is at the border of a module into `declared`; the others stay unread.
 * @param id the section's id
 * @throws ProxyWasmError `verification-failed` when the section is malformed or names what is not there
 * @see https://webassembly.github.io/spec/core/binary/modules.html#sections
 */
export function readDeclarations(id: number, section: BinaryReader, declared: Declarations): void {
  switch (id) {
    case 1: {
      readList(section, 'types', readTypes(declared));
      return;
    }
    case 2: {
      readList(section, 'imports', (entry: BinaryReader) => {
        readImport(entry, declared);
      });
      return;
    }
    case 3: {
      readList(section, 'functions', (entry: BinaryReader) => {
        declared.functions.push(typeAt(entry, declared));
        declared.ownFunctions += 1;
      });
      return;
    }
    case 5: {
      readList(section, 'memories', (entry: BinaryReader) => {
        addMemory(entry, declared);
      });
      return;
    }
    case 7: {
      readList(section, 'exports', readExports(declared));
      return;
    }
    case 8:
      declared.startFunction = section.u32();
      if (declared.functions[declared.startFunction] === undefined) {
        section.fail(`names function ${declared.startFunction}, which is not there`);
      }
      section.finish();
      return;
  }
}

function readList(section: BinaryReader, what: string, read: (entry: BinaryReader) => void): void {
  if (section.remaining > MAX_DECLARATION_BYTES) {
    section.fail(`takes ${section.remaining} bytes, more than ${MAX_DECLARATION_BYTES}`);
  }
  const count = section.count(what, MAX_ENTRIES);
  for (let index = 0; index < count; index += 1) read(section);
  section.finish();
}

function readTypes(declared: Declarations): (entry: BinaryReader) => void {
  // Equal types share one object: a million empty ones cost next to nothing.
  const known = new Map<string, FunctionType>();
  return (entry: BinaryReader) => {
    const form = entry.byte();
    if (form !== 0x60) entry.fail(`holds a type that is no function type (0x${form.toString(16)})`);
    const params = readValueTypes(entry);
    const results = readValueTypes(entry);
    const key = `${params.join()}>${results.join()}`;
    const type = known.get(key) ?? { params, results };
    known.set(key, type);
    declared.types.push(type);
  };
}

function readValueTypes(entry: BinaryReader): ValueType[] {
  const count = entry.count('values', MAX_PARAMS);
  const types: ValueType[] = [];
  while (types.length < count) types.push(readValueType(entry));
  return types;
}

function readValueType(entry: BinaryReader): ValueType {
  const code = entry.byte();
  return (
    VALUE_TYPES.get(code) ?? entry.fail(`holds an unknown value type (0x${code.toString(16)})`)
  );
}

function readKind(entry: BinaryReader): ExternalKind {
  const code = entry.byte();
  return KINDS[code] ?? entry.fail(`holds an entry of unknown kind (${code})`);
}

function typeAt(entry: BinaryReader, declared: Declarations): FunctionType {
  const index = entry.u32();
  return declared.types[index] ?? entry.fail(`names type ${index}, which is not there`);
}

function readImport(entry: BinaryReader, declared: Declarations): void {
  const module = entry.name();
  const name = entry.name();
  const kind = readKind(entry);
  switch (kind) {
    case 'function': {
      const type = typeAt(entry, declared);
      declared.functions.push(type);
      declared.imports.push({ module, name, kind, type });
      return;
    }
    case 'table':
      readValueType(entry);
      readLimits(entry);
      break;
    case 'memory':
      addMemory(entry, declared);
      break;
    case 'global':
      readValueType(entry);
      entry.byte();
      break;
    case 'tag':
      entry.byte();
      typeAt(entry, declared);
      break;
  }
  declared.imports.push({ module, name, kind });
}

function readExports(declared: Declarations): (entry: BinaryReader) => void {
  const names = new Set<string>();
  return (entry: BinaryReader) => {
    const name = entry.name();
    const kind = readKind(entry);
    const index = entry.u32();
    if (names.has(name)) entry.fail('holds the same name twice');
    names.add(name);
    if (kind === 'memory' && index >= declared.memories.length) {
      entry.fail(`names memory ${index}, which is not there`);
    }
    if (kind !== 'function') {
      declared.exports.push({ name, kind });
      return;
    }
    const type = declared.functions[index];
    if (type === undefined) entry.fail(`names function ${index}, which is not there`);
    declared.exports.push({ name, kind, type });
  };
}

function addMemory(entry: BinaryReader, declared: Declarations): void {
  if (declared.memories.length === MAX_MEMORIES) entry.fail('holds too many memories');
  const { minimum, maximum } = readLimits(entry);
  declared.memories.push({
    initialPages: minimum,
    ...(maximum === undefined ? {} : { maximumPages: maximum }),
  });
}

/** Limits of a table or memory. Flags: 1 has a maximum, 2 is shared; higher ones (64-bit addresses) no gateway takes. */
function readLimits(entry: BinaryReader): { minimum: number; maximum?: number } {
  const flags = entry.byte();
  if (flags > 3) entry.fail(`holds limits of a form that gateways do not take (${flags})`);
  const minimum = entry.u32();
  return (flags & 1) === 0 ? { minimum } : { minimum, maximum: entry.u32() };
}
