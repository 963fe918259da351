import type { GoModFile } from './go-mod';
import type { GoWorkFile } from './go-work';
import {
  compareGoVersions,
  isLanguageVersion,
  parseGoVersion,
  versionOfToolchain,
} from './go-version';

/** What the sources of a plugin ask of the Go toolchain. */
export interface RequiredToolchain {
  /** The file that asks: go.work where one is in force, else go.mod. */
  readonly file: string;
  /** The `go` line, such as `1.24.1`: a minimum in every mode. */
  readonly goLine: string | undefined;
  /** The `toolchain` line, such as `go1.24.4`: a suggestion that GOTOOLCHAIN=local ignores. */
  readonly toolchainLine: string | undefined;
}

/** The toolchain that runs (its name, such as `go1.24.4`, and whether it is another than the local one), or why none does. */
export type ToolchainSelection =
  { readonly version: string; readonly switched: boolean } | { readonly refused: string };

type Policy =
  | { readonly switches: boolean; readonly name: string; readonly version: string }
  | { readonly refused: string };

/**
 * The lines that decide about the toolchain: those of go.work where one is in force, else those of go.mod.
 *
 * @see https://go.dev/doc/toolchain#select
 */
export function requiredToolchain(goMod: GoModFile, goWork?: GoWorkFile): RequiredToolchain {
  const { file, goVersion, toolchain } = goWork ?? goMod;
  return { file, goLine: goVersion, toolchainLine: toolchain };
}

/**
 * The toolchain that the go command selects, as `go build` does on start.
 *
 * @param input `setting` is the effective GOTOOLCHAIN (`local`, `auto`, `path`, `go1.24.4`, `go1.24.4+auto`; empty
 *   acts as `local`), `local` the name of the installed toolchain, the lines are those of {@link requiredToolchain}
 * @returns whether a selected toolchain can be had (on PATH or by download) is not decided here
 * @see https://go.dev/doc/toolchain#select
 */
export function selectToolchain(input: {
  readonly setting: string;
  readonly local: string;
  readonly goLine?: string | undefined;
  readonly toolchainLine?: string | undefined;
}): ToolchainSelection {
  const { local, goLine, toolchainLine } = input;
  const policy = parseSetting(input.setting, local);
  if ('refused' in policy) return policy;
  let { name, version } = policy;
  if (policy.switches && toolchainLine !== 'default') {
    if (toolchainLine !== undefined) {
      const suggested = versionOfToolchain(toolchainLine);
      if (suggested === undefined) return { refused: `toolchain ${toolchainLine} is not valid` };
      if (compareGoVersions(suggested, version) > 0) {
        name = toolchainLine;
        version = suggested;
      }
    }
    if (goLine !== undefined && compareGoVersions(goLine, version) > 0) {
      name = firstReleaseOf(goLine);
      version = goLine;
    }
  }
  if (goLine !== undefined && compareGoVersions(goLine, version) > 0) {
    return { refused: `go >= ${goLine} is required, GOTOOLCHAIN=${input.setting} gives ${name}` };
  }
  return { version: name, switched: name !== local };
}

/** There is no toolchain called go1.24: the first release of that language is go1.24.0. */
function firstReleaseOf(goLine: string): string {
  return isLanguageVersion(goLine) ? `go${goLine}.0` : `go${goLine}`;
}

/** GOTOOLCHAIN as the toolchain to start from and the permission to take a newer one. */
function parseSetting(setting: string, local: string): Policy {
  const localVersion = versionOfToolchain(local);
  if (localVersion === undefined) {
    return { refused: `the local toolchain ${local} has no release version` };
  }
  if (setting === 'auto' || setting === 'path') {
    return { switches: true, name: local, version: localVersion };
  }
  const plus = setting.indexOf('+');
  const minimum = plus < 0 ? setting : setting.slice(0, plus);
  const suffix = plus < 0 ? '' : setting.slice(plus + 1);
  if (plus >= 0 && suffix !== 'auto' && suffix !== 'path') {
    return { refused: `GOTOOLCHAIN=${setting}: only the suffixes +auto and +path exist` };
  }
  if (minimum === 'local' || setting === '') {
    return { switches: plus >= 0, name: local, version: localVersion };
  }
  const version = versionOfToolchain(minimum);
  if (version === undefined || parseGoVersion(version)?.major !== '1') {
    return { refused: `GOTOOLCHAIN=${setting} names no toolchain` };
  }
  return { switches: plus >= 0, name: minimum, version };
}
