import { compileNamePattern } from './path-match';
import { isHiddenName } from './file-name-constraint';
import type { EntryKind, SourceTree } from './source-tree';

/** The files of one embed pattern, relative to the package directory and sorted, or why the build refuses it. */
export type EmbeddedFiles = { readonly files: readonly string[] } | { readonly problem: string };

const ALL_PREFIX = 'all:';
const VERSION_CONTROL = new Set(['.bzr', '.hg', '.git', '.svn']);
const MODULE_FILE_NAME = /^[\p{L}0-9!#$%&()+,\-.=@[\]^_{}~ ]+$/u;
const WINDOWS_DEVICE = /^(?:con|prn|aux|nul|com[1-9]|lpt[1-9])(?:\.|$)/i;

/** Thrown and caught in this module only: the walk is recursive, the answer is a union. */
class EmbedProblem extends Error {}

/**
 * Resolves a `//go:embed` pattern as the go command does: each element is matched by `path.Match` (so `*` takes hidden
 * names), a directory stands for its tree without `.` and `_` names (with them after `all:`), nested modules and
 * links are left out, nothing outside of the package can be named.
 *
 * @param directory the package, relative to the workspace root
 * @param pattern without quotes
 * @see https://pkg.go.dev/embed#hdr-Directives (rule: resolveEmbed in Go's src/cmd/go/internal/load/pkg.go)
 */
export function resolveEmbed(tree: SourceTree, directory: string, pattern: string): EmbeddedFiles {
  const all = pattern.startsWith(ALL_PREFIX);
  const matchers = compilePattern(all ? pattern.slice(ALL_PREFIX.length) : pattern);
  if (matchers === undefined) return { problem: 'invalid pattern syntax' };
  try {
    const files = match(tree, directory, '', matchers).flatMap(([path, kind]) => {
      if (kind === 'file') return [path];
      if (kind !== 'directory') throw new EmbedProblem(`cannot embed irregular file ${path}`);
      const inside = walk(tree, directory, path, all);
      if (inside.length > 0) return inside;
      throw new EmbedProblem(`cannot embed directory ${path}: contains no embeddable files`);
    });
    if (files.length === 0) return { problem: 'no matching files found' };
    return { files: [...new Set(files)].sort() };
  } catch (error) {
    if (error instanceof EmbedProblem) return { problem: error.message };
    throw error;
  }
}

type Matcher = (name: string) => boolean;

/** A predicate per path element, or undefined when an element is malformed, empty, `.` or `..`. */
function compilePattern(glob: string): readonly Matcher[] | undefined {
  const matchers: Matcher[] = [];
  for (const element of glob.split('/')) {
    const matcher = compileNamePattern(element);
    if (matcher === undefined || ['', '.', '..'].includes(element)) return undefined;
    matchers.push(matcher);
  }
  return matchers;
}

function match(
  tree: SourceTree,
  directory: string,
  parent: string,
  [matcher, ...deeper]: readonly Matcher[],
): readonly (readonly [path: string, kind: EntryKind])[] {
  const entries = [...(tree.listDirectory(join(directory, parent)) ?? [])];
  return entries.flatMap(([name, kind]) => {
    if (matcher?.(name) !== true) return [];
    const path = join(parent, name);
    // A link to a directory is not entered: the go command refuses what lies behind it.
    if (deeper.length > 0 && kind !== 'directory') return [];
    const found =
      deeper.length > 0 ? match(tree, directory, path, deeper) : [[path, kind] as const];
    if (found.length > 0) checkElement(tree, directory, path, name);
    return found;
  });
}

function checkElement(tree: SourceTree, directory: string, path: string, name: string): void {
  if (tree.listDirectory(join(directory, path))?.has('go.mod') === true) {
    throw new EmbedProblem(`cannot embed ${path}: in different module`);
  }
  if (!isModuleFileName(name)) throw new EmbedProblem(`cannot embed ${path}: invalid name ${name}`);
}

function walk(tree: SourceTree, directory: string, path: string, all: boolean): readonly string[] {
  const entries = [...(tree.listDirectory(join(directory, path)) ?? [])];
  return entries.flatMap(([name, kind]) => {
    const child = join(path, name);
    if (isHiddenName(name) && (!all || !isModuleFileName(name))) return [];
    if (!isModuleFileName(name)) {
      if (kind === 'directory') return [];
      throw new EmbedProblem(`cannot embed file ${child}: invalid name ${name}`);
    }
    if (kind === 'file') return [child];
    if (kind !== 'directory') return [];
    const nested = tree.listDirectory(join(directory, child))?.has('go.mod') === true;
    return nested ? [] : walk(tree, directory, child, all);
  });
}

/** Whether a file of this name can be part of a module (module.CheckFilePath), version control directories apart. */
function isModuleFileName(name: string): boolean {
  return (
    MODULE_FILE_NAME.test(name) &&
    !name.endsWith('.') &&
    !WINDOWS_DEVICE.test(name) &&
    !VERSION_CONTROL.has(name)
  );
}

function join(parent: string, name: string): string {
  if (parent === '' || parent === '.') return name === '' ? '.' : name;
  return name === '' ? parent : `${parent}/${name}`;
}
