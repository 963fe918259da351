import * as semver from 'semver';
import { unquoteGoString } from './go-string';
import { modError, type Statement } from './mod-syntax';

/** What stands in for a replaced module: a directory of the file system or another module. */
export type ReplaceTarget =
  | { readonly kind: 'local'; readonly path: string }
  | { readonly kind: 'module'; readonly path: string; readonly version: string };

/** One `replace` line. */
export interface Replacement {
  readonly oldPath: string;
  /** Only this version is replaced; without it every version is. */
  readonly oldVersion: string | undefined;
  readonly target: ReplaceTarget;
}

/** A module at a version in canonical form, `v1.2.3`. */
export interface ModuleVersion {
  readonly path: string;
  readonly version: string;
}

/** One `godebug` line. */
export interface GodebugSetting {
  readonly key: string;
  readonly value: string;
}

const GO_VERSION = /^[1-9][0-9]*\.(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*))?(?:[a-z]+[0-9]+)?$/;
const TOOLCHAIN_NAME = /^(?:default$|go1(?:$|\.))/;
const SHORT_VERSION = /^v[0-9]+(?:\.[0-9]+)?$/;
/** `.`, `..`, `./x`, `../x`, `/x` and their Windows spellings, `C:` included: files move between systems. */
const DIRECTORY_PATH = /^(?:\.{1,2}$|\.{0,2}[/\\]|[A-Za-z]:)/;

/**
 * The version of a `go` line, such as `1.24` or `1.24.1`.
 *
 * @throws ProxyWasmError `bad-input`, as all functions here, with `file:line:column` and the rule
 * @see https://go.dev/ref/mod#go-mod-file-go
 */
export function parseGoLine(statement: Statement): string {
  const version = onlyArgument(statement, 'go 1.24.1');
  if (statement.inBlock || !GO_VERSION.test(version)) throw usage(statement, 'go 1.24.1');
  return version;
}

/**
 * The name of a `toolchain` line, such as `go1.24.4` or `default`.
 *
 * @see https://go.dev/ref/mod#go-mod-file-toolchain
 */
export function parseToolchainLine(statement: Statement): string {
  const name = onlyArgument(statement, 'toolchain go1.24.4');
  if (statement.inBlock || !TOOLCHAIN_NAME.test(name)) throw usage(statement, 'toolchain go1.24.4');
  return name;
}

/** The setting of a `godebug` line, `key=value`. */
export function parseGodebugLine(statement: Statement): GodebugSetting {
  const argument = onlyArgument(statement, 'godebug key=value');
  const equals = argument.indexOf('=');
  if (equals < 0 || /["`',]/.test(argument)) throw usage(statement, 'godebug key=value');
  return { key: argument.slice(0, equals), value: argument.slice(equals + 1) };
}

/** The one path or string of a `module`, `tool`, `ignore` or `use` line, without quotes. */
export function parsePathLine(statement: Statement, example: string): string {
  onlyArgument(statement, example);
  return parseString(statement, 0);
}

/** The module and version of a `require` or `exclude` line. */
export function parseModuleVersion(statement: Statement): ModuleVersion {
  if (statement.args.length !== 2) {
    throw usage(statement, `${statement.verb} example.com/module v1.2.3`);
  }
  return { path: parseString(statement, 0), version: parseVersion(statement, 1) };
}

/**
 * A `replace` line of go.mod or go.work.
 *
 * @see https://go.dev/ref/mod#go-mod-file-replace
 */
export function parseReplaceLine(statement: Statement): Replacement {
  const { args } = statement;
  const arrow = args[1] === '=>' ? 1 : 2;
  const targetWords = args.length - arrow - 1;
  if (args[arrow] !== '=>' || targetWords < 1 || targetWords > 2) {
    throw usage(statement, 'replace example.com/module [v1.2.3] => ../directory');
  }
  const oldPath = parseString(statement, 0);
  const oldVersion = arrow === 2 ? parseVersion(statement, 1) : undefined;
  const path = parseString(statement, arrow + 1);
  const isDirectory = DIRECTORY_PATH.test(path);
  if (targetWords === 1) {
    if (!isDirectory) {
      throw modError(statement, 'a replacement without a version has to be a path with ./ or ../');
    }
    return { oldPath, oldVersion, target: { kind: 'local', path: path.replaceAll('\\', '/') } };
  }
  if (isDirectory) throw modError(statement, 'a replacement directory has no version');
  const version = parseVersion(statement, arrow + 2);
  return { oldPath, oldVersion, target: { kind: 'module', path, version } };
}

/** An argument without its quotes. Quotes inside a bare word are reserved. */
function parseString(statement: Statement, index: number): string {
  const word = statement.args[index] ?? '';
  const quoted = word.startsWith('"') || word.startsWith('`');
  const value = quoted ? unquoteGoString(word) : word;
  if (value === undefined) throw modError(statement, `${word} is not a valid Go string`);
  if (!quoted && /["'`]/.test(word)) {
    throw modError(statement, `${word} holds a quotation mark, so it has to be quoted as a whole`);
  }
  if (value === '') throw modError(statement, `an empty name is not allowed in ${statement.verb}`);
  return value;
}

/** A version argument in canonical form: `v1.2` means `v1.2.0`, build metadata other than `+incompatible` goes. */
export function parseVersion(statement: Statement, index: number): string {
  const text = parseString(statement, index);
  const full = SHORT_VERSION.test(text) ? `${text}${text.includes('.') ? '.0' : '.0.0'}` : text;
  const parsed = full.startsWith('v') ? semver.parse(full.slice(1)) : null;
  // semver forgives blanks and further prefixes, Go does not.
  if (parsed === null || full.slice(1).split('+')[0] !== parsed.version) {
    throw modError(statement, `${text} is not a version of the form v1.2.3`);
  }
  return full.endsWith('+incompatible') ? full : `v${parsed.version}`;
}

/** Refuses a second line of a directive that may stand only once in a file. */
export function rejectRepetition(statement: Statement, earlier: string | undefined): void {
  if (earlier !== undefined) {
    throw modError(
      statement,
      `there is a second ${statement.verb} line`,
      'Keep one of the two lines.',
    );
  }
}

function onlyArgument(statement: Statement, example: string): string {
  const [argument, ...rest] = statement.args;
  if (argument === undefined || rest.length > 0) throw usage(statement, example);
  return argument;
}

function usage(statement: Statement, example: string): Error {
  return modError(
    statement,
    `the ${statement.verb} line is malformed`,
    `Write it as: ${example} (https://go.dev/ref/mod).`,
  );
}
