import * as path from 'node:path';
import { ProxyWasmError } from '../errors';
import type { SourceTree } from './source-tree';

/**
 * The nearest go.mod at or above a directory, up to the workspace root.
 *
 * @returns the path of the file, or undefined when there is none
 * @see https://go.dev/ref/mod#resolve-pkg-mod
 */
export function findModFile(tree: SourceTree, directory: string): string | undefined {
  return findUpward(tree, directory, 'go.mod');
}

/**
 * The go.work file in force for a directory.
 *
 * @param gowork the value of GOWORK: undefined, empty or `auto` searches upward to the workspace root, `off` means none, else it is
 *   the absolute path of the file
 * @throws ProxyWasmError `bad-input` when the path is relative or leads to no file
 * @see https://go.dev/ref/mod#workspaces
 */
export function findWorkFile(
  tree: SourceTree,
  directory: string,
  gowork: string | undefined,
): string | undefined {
  if (gowork === 'off') return undefined;
  if (gowork === undefined || gowork === '' || gowork === 'auto') {
    return findUpward(tree, directory, 'go.work');
  }
  const file = path.isAbsolute(gowork) ? tree.resolve('.', gowork) : undefined;
  if (file === undefined || tree.readGoWork(file) === undefined) {
    throw new ProxyWasmError('bad-input', 'GOWORK is not the absolute path of a go.work file', {
      subject: gowork,
      remedy: 'Set GOWORK to an absolute path, to off, or unset it.',
    });
  }
  return file;
}

/** A path joined to a workspace-relative directory. */
export function joinPath(directory: string, name: string): string {
  return path.posix.join(directory, name);
}

function findUpward(tree: SourceTree, directory: string, name: string): string | undefined {
  for (let at = directory; ; at = path.posix.dirname(at)) {
    const kind = tree.listDirectory(at)?.get(name);
    if (kind === 'file' || kind === 'linked-file') return joinPath(at, name);
    if (at === '.' || at === '..' || at.startsWith('../') || path.posix.isAbsolute(at)) {
      return undefined;
    }
  }
}
