import { type ExternalKind, type FunctionType, type ValueType } from '../module';

/** A function type as text: `i32 i64 -> i32`; either side may be empty. */
export type TypeText = string;

/** What a hand-made module has at its border. Functions it exports have an empty or trapping body. */
export interface ModuleParts {
  readonly imports?: readonly (readonly [module: string, name: string, type: TypeText])[];
  /** Imports of other kinds. */
  readonly otherImports?: readonly (readonly [
    module: string,
    name: string,
    kind: Exclude<ExternalKind, 'function' | 'tag'>,
  ])[];
  /** Exported functions by name. */
  readonly exports?: Readonly<Record<string, TypeText>>;
  /** Names of exported memories and globals. */
  readonly otherExports?: Readonly<Record<string, 'memory' | 'global'>>;
  /** Pages of the one memory; without it there is none. */
  readonly memory?: readonly [initial: number, maximum?: number];
  /** Index of the function that runs at instantiation, imported ones counted first. */
  readonly start?: number;
  readonly custom?: readonly (readonly [name: string, content: Uint8Array])[];
}

const VALUE_TYPE_CODES: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
  funcref: 0x70,
  externref: 0x6f,
};

/** Reads `i32 i64 -> i32`. */
export function functionType(text: TypeText): FunctionType {
  const [params = [], results = []] = text
    .split('->')
    .map((side) => side.split(' ').filter((word) => word !== '') as ValueType[]);
  return { params, results };
}

/** A number in LEB128. */
export function leb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest % 128) + (rest >= 128 ? 128 : 0));
    rest = Math.floor(rest / 128);
  } while (rest > 0);
  return bytes;
}

/** A name: length and UTF-8. */
export function name(text: string): number[] {
  const bytes = [...Buffer.from(text)];
  return [...leb(bytes.length), ...bytes];
}

/** A section: id, length, content. */
export function section(id: number, content: readonly number[]): number[] {
  return [id, ...leb(content.length), ...content];
}

/** A list: count, then the entries. */
export function list(entries: readonly (readonly number[])[]): number[] {
  return [...leb(entries.length), ...entries.flat()];
}

/** `\0asm`, version 1. */
export const HEADER: readonly number[] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

/** Header and sections put together. */
export function moduleOf(...sections: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from([HEADER, ...sections].flat());
}

/** A small valid module with the given border. */
export function buildModule(parts: ModuleParts): Uint8Array {
  const imports = parts.imports ?? [];
  const otherImports = parts.otherImports ?? [];
  const exports = Object.entries(parts.exports ?? {});
  const others = Object.entries(parts.otherExports ?? {});
  const types = [...imports.map(([, , type]) => type), ...exports.map(([, type]) => type)];
  const memory = parts.memory;
  const globals = others.filter(([, kind]) => kind === 'global').length;

  const sections: number[][] = [
    section(1, list(types.map(encodeType))),
    section(
      2,
      list([
        ...imports.map(([module, field], index) => [
          ...name(module),
          ...name(field),
          0,
          ...leb(index),
        ]),
        ...otherImports.map(([module, field, kind]) => [
          ...name(module),
          ...name(field),
          ...{ table: [1, 0x70, 0, 1], memory: [2, 0, 1], global: [3, 0x7f, 0] }[kind],
        ]),
      ]),
    ),
    section(3, list(exports.map((_, index) => leb(imports.length + index)))),
  ];
  if (memory !== undefined) sections.push(section(5, list([limits(...memory)])));
  if (globals > 0) {
    sections.push(
      section(6, list(Array.from({ length: globals }, () => [0x7f, 0, 0x41, 0, 0x0b]))),
    );
  }
  sections.push(
    section(
      7,
      list([
        ...exports.map(([field], index) => [...name(field), 0, ...leb(imports.length + index)]),
        ...others.map(([field, kind]) => [...name(field), kind === 'memory' ? 2 : 3, 0]),
      ]),
    ),
  );
  if (parts.start !== undefined) sections.push(section(8, leb(parts.start)));
  sections.push(section(10, list(exports.map(([, type]) => encodeBody(type)))));
  for (const [title, content] of parts.custom ?? []) {
    sections.push(section(0, [...name(title), ...content]));
  }
  return moduleOf(...sections);
}

function encodeType(text: TypeText): number[] {
  const { params, results } = functionType(text);
  const codes = (types: readonly ValueType[]): number[] =>
    list(types.map((type) => [VALUE_TYPE_CODES[type]]));
  return [0x60, ...codes(params), ...codes(results)];
}

function limits(initial: number, maximum?: number): number[] {
  return maximum === undefined ? [0, ...leb(initial)] : [1, ...leb(initial), ...leb(maximum)];
}

/** No locals; nothing at all, or `i32.const 1` (a pointer, or "all is well"), or a trap for other results. */
function encodeBody(text: TypeText): number[] {
  const results = functionType(text).results.join();
  const code = results === '' ? [] : results === 'i32' ? [0x41, 1] : [0x00];
  return [...leb(code.length + 2), 0, ...code, 0x0b];
}
