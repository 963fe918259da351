import { clean, valid } from 'semver';
import { ProxyWasmError } from '../errors';

/** The places a version can come from, strongest first. */
export interface VersionSources {
  /** `--tag`. */
  readonly tag?: string | undefined;
  /** Content of the VERSION file. */
  readonly versionFile?: string | undefined;
  /** `info.version` of spec.yaml. */
  readonly spec?: string | undefined;
}

/** The version to publish as and where it comes from, or the answer that no place names one. */
export type VersionAnswer =
  | { readonly kind: 'version'; readonly version: string; readonly source: string }
  | { readonly kind: 'none' };

/**
 * Chooses the version of a plugin: `--tag`, else the VERSION file, else `info.version` of spec.yaml.
 *
 * The two files must agree when both decide nothing weaker than a release: the Higress console builds the
 * image address from spec.yaml, so an image published under another version is not found.
 *
 * @param project names the plugin in errors
 * @throws ProxyWasmError `bad-input` when a file holds no semantic version, or the files disagree and no
 *   tag was given
 */
export function chooseVersion(project: string, sources: VersionSources): VersionAnswer {
  if (sources.tag !== undefined) {
    return { kind: 'version', version: sources.tag, source: '--tag' };
  }
  const fromFile = checked(project, 'VERSION', sources.versionFile);
  const fromSpec = checked(project, 'spec.yaml', sources.spec);
  if (fromFile !== undefined && fromSpec !== undefined && fromFile !== fromSpec) {
    throw new ProxyWasmError(
      'bad-input',
      `VERSION says ${fromFile} and spec.yaml info.version says ${fromSpec}`,
      { subject: project, remedy: 'Make the two agree, or say which one with --tag.' },
    );
  }
  if (fromFile !== undefined) return { kind: 'version', version: fromFile, source: 'VERSION' };
  if (fromSpec !== undefined) return { kind: 'version', version: fromSpec, source: 'spec.yaml' };
  return { kind: 'none' };
}

/** A trimmed semantic version, undefined when the place is absent or blank. */
function checked(project: string, place: string, text: string | undefined): string | undefined {
  const trimmed = text?.trim() ?? '';
  if (trimmed === '') return undefined;
  // `valid` accepts "v1.0.0" and " 1.0.0" by cleaning them; the tag must read as the file does.
  if (valid(trimmed) === trimmed || trimmed.includes('+')) return trimmed;
  const meant = clean(trimmed, { loose: true });
  throw new ProxyWasmError('bad-input', `"${trimmed.slice(0, 80)}" is not a semantic version`, {
    subject: `${project}, ${place}`,
    remedy: meant === null ? 'Write a version such as 1.0.0 or 1.1.0-rc.1.' : `Write ${meant}.`,
  });
}
