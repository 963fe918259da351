/** A Go version taken apart; numbers stay decimal strings, they have no upper bound. */
export interface GoVersion {
  readonly major: string;
  readonly minor: string;
  /** Empty for a language version such as 1.24, which is older than 1.24rc1 and 1.24.0. */
  readonly patch: string;
  /** `alpha`, `beta`, `rc`, or empty for a release. */
  readonly kind: string;
  /** The number of the prerelease, or empty. */
  readonly pre: string;
}

const NUMBER = '(0|[1-9][0-9]*)';
const GO_VERSION = new RegExp(`^${NUMBER}(?:\\.${NUMBER}(?:\\.${NUMBER}|([a-z]+)${NUMBER}?)?)?$`);

/** Since this minor release 1.N and 1.N.0 are different versions. */
const FIRST_WITH_PATCH_ZERO = '21';

/**
 * Parses a Go version without its `go` prefix: 1.24, 1.24.1, 1.25rc1.
 *
 * @returns undefined for anything else
 * @see https://go.dev/doc/toolchain#version
 */
export function parseGoVersion(text: string): GoVersion | undefined {
  const match = GO_VERSION.exec(text);
  if (match === null) return undefined;
  const [, major = '', minor, patch, kind = '', pre = ''] = match;
  if (minor === undefined) return { major, minor: '0', patch: '0', kind, pre };
  const impliedPatch = kind === '' && compareDecimals(minor, FIRST_WITH_PATCH_ZERO) < 0 ? '0' : '';
  return { major, minor, patch: patch ?? impliedPatch, kind, pre };
}

/**
 * Orders two Go versions: negative, zero or positive. Text that is no Go version is older than every version.
 * 1.21 < 1.21rc1 < 1.21.0; before 1.21, 1.20 equals 1.20.0.
 *
 * @see https://go.dev/doc/toolchain#version
 */
export function compareGoVersions(left: string, right: string): number {
  const a = parseGoVersion(left);
  const b = parseGoVersion(right);
  if (a === undefined || b === undefined) return Number(a !== undefined) - Number(b !== undefined);
  return (
    compareDecimals(a.major, b.major) ||
    compareDecimals(a.minor, b.minor) ||
    compareDecimals(a.patch, b.patch) ||
    compareText(a.kind, b.kind) ||
    compareDecimals(a.pre, b.pre)
  );
}

/** Whether a version names a language (1.24) rather than a release of it (1.24.0); there are such since 1.21. */
export function isLanguageVersion(text: string): boolean {
  const version = parseGoVersion(text);
  return version?.patch === '' && version.kind === '';
}

/**
 * The Go version in a toolchain's name: `go1.24.4` and `go1.24.4-custom` give `1.24.4`.
 *
 * @returns undefined when the name is none of a toolchain
 */
export function versionOfToolchain(name: string): string | undefined {
  // A path separator would make the name a file to execute.
  if (!name.startsWith('go') || /[/\\]/.test(name)) return undefined;
  const version = name.slice(2).split(/[ \t-]/, 1)[0] ?? '';
  return parseGoVersion(version) === undefined ? undefined : version;
}

function compareDecimals(left: string, right: string): number {
  return left.length - right.length || compareText(left, right);
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
