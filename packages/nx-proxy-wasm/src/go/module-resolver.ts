import * as path from 'node:path';
import { joinPath } from './module-root';
import type { LocalModule, ModuleGraph } from './module-graph';
import type { SourceTree } from './source-tree';
import type { VendorModules } from './vendor-modules';

/** The vendor directory of a build that takes its dependencies from there. */
export interface VendorDirectory {
  /** Relative to the workspace root. */
  readonly dir: string;
  readonly modules: VendorModules;
}

/** Where an import path leads. */
export type ImportResolution =
  /** To a directory of a main module or of a local replacement. */
  | { readonly kind: 'local'; readonly dir: string; readonly module: LocalModule }
  /** To a directory inside of vendor. */
  | { readonly kind: 'vendored'; readonly dir: string }
  /** By its path into a local module, whose directory `dir` holds no Go package of its own. */
  | { readonly kind: 'missing'; readonly dir: string; readonly module: LocalModule }
  /** To the standard library or to a module that is not in the tree. */
  | { readonly kind: 'external' };

/**
 * Finds the directory of an imported package. The module with the longest path that prefixes the import path wins, if
 * its directory holds at least one .go file and belongs to no nested module.
 *
 * @param vendor undefined when the build does not use a vendor directory; else only main modules and vendor provide packages
 * @see https://go.dev/ref/mod#resolve-pkg-mod (rule: importFromModules in Go's src/cmd/go/internal/modload/import.go)
 */
export function resolveImport(
  tree: SourceTree,
  graph: ModuleGraph,
  vendor: VendorDirectory | undefined,
  importPath: string,
): ImportResolution {
  let answer: ImportResolution = { kind: 'external' };
  let decided = false;
  for (const prefix of pathPrefixes(importPath)) {
    const module = graph.localModules.get(prefix);
    const provides =
      module !== undefined && (vendor === undefined || graph.mainModules.has(prefix));
    if (provides) {
      const dir = joinPath(module.dir, importPath.slice(prefix.length + 1));
      if (isPackageOf(tree, module.dir, dir)) return { kind: 'local', dir, module };
      if (!decided) answer = { kind: 'missing', dir, module };
    }
    decided ||= provides || graph.externalModules.has(prefix);
  }
  if (vendor?.modules.packages.has(importPath) === true) {
    const dir = joinPath(vendor.dir, importPath);
    if (holdsGoFiles(tree, dir)) return { kind: 'vendored', dir };
  }
  return answer;
}

/** Whether a path equals a prefix or lies below it, on `/` boundaries. */
export function hasPathPrefix(importPath: string, prefix: string): boolean {
  return importPath === prefix || importPath.startsWith(`${prefix}/`);
}

/** The path itself and its ancestors, longest first. */
function pathPrefixes(importPath: string): readonly string[] {
  const prefixes = [importPath];
  for (let at = importPath.lastIndexOf('/'); at > 0; at = importPath.lastIndexOf('/', at - 1)) {
    prefixes.push(importPath.slice(0, at));
  }
  return prefixes;
}

/** Whether a directory holds a package and no go.mod between it and the module's root makes it another module's. */
function isPackageOf(tree: SourceTree, moduleDir: string, dir: string): boolean {
  for (let at = dir; at !== moduleDir; at = path.posix.dirname(at)) {
    const kind = tree.listDirectory(at)?.get('go.mod');
    if (kind === 'file' || kind === 'linked-file') return false;
    if (at === path.posix.dirname(at)) break;
  }
  return holdsGoFiles(tree, dir);
}

/** Constraints do not matter here, not even `//go:build ignore`. */
function holdsGoFiles(tree: SourceTree, dir: string): boolean {
  for (const [name, kind] of tree.listDirectory(dir) ?? []) {
    if (name.endsWith('.go') && (kind === 'file' || kind === 'linked-file')) return true;
  }
  return false;
}
