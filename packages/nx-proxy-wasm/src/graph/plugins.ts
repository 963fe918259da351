import { minimatch } from 'minimatch';
import { posix } from 'node:path';
import { ProxyWasmError } from '../errors';
import { wasmContext } from '../go/build-context';
import { loadClosure, type PackageClosure, reachesImport } from '../go/closure';
import { readPackage } from '../go/package-files';
import type { SourceTree } from '../go/source-tree';
import type { NormalizedOptions } from './options';

/** Directories whose packages the go command never builds by pattern, or that hold other people's code. */
const SKIPPED_DIRECTORY = /^(?:testdata|vendor|node_modules|[_.].*)$/;

/** Enough to tell the package's name; the closure is read again with the Go version of its module. */
const OLDEST_CONTEXT = wasmContext('1.24', []);

/** The plugins of a workspace, and the files that could not be understood. */
export interface FoundPlugins {
  /** Sorted by directory. */
  readonly closures: readonly PackageClosure[];
  /** The directory that was looked at, and what is wrong with a file it needs. */
  readonly errors: [directory: string, error: ProxyWasmError][];
}

/**
 * Finds the gateway plugins among the Go files of a workspace: directories with a `package main` for
 * GOOS=wasip1 GOARCH=wasm whose imports, followed through local packages, reach a proxy-wasm SDK.
 * Helper modules, native programs and test data have no such main and stay out.
 *
 * @param files workspace-relative paths; those that are not Go sources are ignored
 * @param gowork the environment variable GOWORK
 */
export function findPlugins(
  files: readonly string[],
  tree: SourceTree,
  options: NormalizedOptions,
  gowork: string | undefined,
): FoundPlugins {
  const closures: PackageClosure[] = [];
  const errors: [string, ProxyWasmError][] = [];
  for (const dir of candidateDirectories(files, options)) {
    try {
      if (!holdsMain(tree, dir)) continue;
      const closure = loadClosure(tree, dir, { tags: [], gowork });
      if (closure !== undefined && reachesImport(closure, options.sdkImports))
        closures.push(closure);
    } catch (error) {
      if (!(error instanceof ProxyWasmError)) throw error;
      errors.push([dir, error]);
    }
  }
  return { closures, errors };
}

function candidateDirectories(files: readonly string[], options: NormalizedOptions): string[] {
  const directories = new Set<string>();
  for (const file of files) {
    if (file.endsWith('.go') && !file.endsWith('_test.go')) directories.add(posix.dirname(file));
  }
  return [...directories]
    .filter((dir) => !(dir !== '.' && dir.split('/').some((name) => SKIPPED_DIRECTORY.test(name))))
    .filter((dir) => matchesAny(dir, options.include) && !matchesAny(dir, options.exclude))
    .sort();
}

function holdsMain(tree: SourceTree, dir: string): boolean {
  return readPackage(tree, dir, OLDEST_CONTEXT).name === 'main';
}

function matchesAny(dir: string, globs: readonly string[]): boolean {
  // The workspace root is no path that a glob could match.
  if (dir === '.') return globs.some((glob) => glob === '**' || glob === '.');
  return globs.some((glob) => minimatch(dir, glob, { dot: true }));
}
