import { type FunctionType, type ValueType } from './module';

/** What can be wrong with a module, as a closed set. */
export type Rule =
  | 'module-size'
  | 'abi-marker'
  | 'unknown-import'
  | 'import-type'
  | 'import-kind'
  | 'vector-type'
  | 'memory-limit'
  | 'memory-export'
  | 'entry-point'
  | 'start-section'
  | 'allocator'
  | 'callback-type'
  | 'no-callbacks';

/** One thing that is wrong with a module. Names in it are the module's own: escape before printing. */
export interface Problem {
  readonly rule: Rule;
  /** What it is about: `env.proxy_foo`, `_start`, `plugin memory`. */
  readonly subject: string;
  /** The gateway's own words, where it has any: what its log shows for this module. */
  readonly hostSays?: string;
  readonly cause: string;
  readonly remedy: string;
}

/** Whether two function types are the same. */
export function sameType(left: FunctionType, right: FunctionType): boolean {
  return typeWords(left) === typeWords(right);
}

/**
 * A function type as the gateways print it: `i32 i64 -> void`.
 * @see proxy-wasm/proxy-wasm-cpp-host at 52a0291, src/v8/v8.cc, printValTypes
 */
export function typeWords(type: FunctionType): string {
  const side = (types: readonly ValueType[]): string =>
    types.length === 0 ? 'void' : types.join(' ');
  return `${side(type.params)} -> ${side(type.results)}`;
}
