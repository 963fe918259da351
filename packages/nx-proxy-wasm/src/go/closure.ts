import * as path from 'node:path';
import { wasmContext, type BuildContext } from './build-context';
import type { GoModFile } from './go-mod';
import type { GoWorkFile } from './go-work';
import { compareGoVersions, versionOfToolchain } from './go-version';
import { selectModules, type LocalModule, type ModuleGraph } from './module-graph';
import { hasPathPrefix, resolveImport, type VendorDirectory } from './module-resolver';
import { findModFile, findWorkFile, joinPath } from './module-root';
import { readPackage, type GoPackage } from './package-files';
import type { SourceTree } from './source-tree';
import { requiredToolchain } from './toolchain';

/** What decides how a package is read, besides its sources. */
export interface ClosureOptions {
  /** The user's build tags. */
  readonly tags: readonly string[];
  /** The value of GOWORK: undefined, `off` or an absolute path. */
  readonly gowork?: string | undefined;
  /** The Go release that builds (for the go1.N tags); without it, what the module asks for. */
  readonly goVersion?: string | undefined;
}

/** A package of the closure. */
export interface ClosurePackage extends GoPackage {
  readonly importPath: string;
  readonly vendored: boolean;
}

/** A module with source in the tree. */
export interface ClosureModule {
  /** Relative to the workspace root; starts with `../` outside of it. */
  readonly dir: string;
  readonly modulePath: string;
  /** Its go.mod, relative to the workspace root. */
  readonly file: string;
}

/** An import that by its path belongs to a local module that has no such package: generated code, perhaps. */
export interface UnresolvedImport {
  readonly importPath: string;
  /** Where the package would be, relative to the workspace root. */
  readonly dir: string;
}

/** A package with everything local that its wasm bytes depend on. Paths are relative to the workspace root. */
export interface PackageClosure {
  readonly packageDir: string;
  /** The module that the package belongs to. */
  readonly mainModule: ClosureModule & { readonly goMod: GoModFile };
  /**
   * The go.work file in force. Undefined also when there is one that does not use the main module:
   * the go command builds such a module only with GOWORK=off.
   */
  readonly workFile: GoWorkFile | undefined;
  /** The package itself first, the others sorted by directory. */
  readonly packages: readonly ClosurePackage[];
  /** Replacements and go.work modules that packages of the closure belong to, sorted by directory. */
  readonly localModules: readonly ClosureModule[];
  /** Every go.mod that takes part in choosing versions, whether its packages are reached or not, sorted. */
  readonly modFiles: readonly string[];
  readonly unresolvedLocal: readonly UnresolvedImport[];
  /** Import paths that lead out of the tree: standard library and modules from elsewhere. Sorted. */
  readonly externalImports: readonly string[];
  /** Dependencies are taken from a vendor directory (`-mod=vendor`, the go command's default then). */
  readonly vendored: boolean;
}

/** The first Go that builds wasip1 reactors: an older toolchain cannot be the one that builds. */
const FIRST_REACTOR_GO = '1.24';
const FIRST_DEFAULT_VENDORING_GO = '1.14';

/**
 * Loads the closure of Go packages that a package's wasm build compiles, from files alone.
 *
 * @param packageDir relative to the workspace root
 * @returns undefined when there is no go.mod at or above the directory within the workspace
 * @throws ProxyWasmError when go.mod, go.work or GOWORK is malformed, or when a file cannot be read; broken Go files
 *   are listed in their package instead
 */
export function loadClosure(
  tree: SourceTree,
  packageDir: string,
  options: ClosureOptions,
): PackageClosure | undefined {
  const modFile = findModFile(tree, packageDir);
  const goMod = modFile === undefined ? undefined : tree.readGoMod(modFile);
  if (goMod === undefined) return undefined;
  const { workFile, mainMods } = findMainModules(tree, packageDir, goMod, options.gowork);
  const graph = selectModules(tree, mainMods, workFile);
  const vendor = findVendorDirectory(tree, workFile ?? goMod, workFile !== undefined);
  const context = wasmContext(options.goVersion ?? askedGoVersion(goMod, workFile), options.tags);
  const main = { ...toClosureModule(goMod.modulePath, goMod), goMod };
  const rootImport = importPathOf(main, packageDir);
  return {
    packageDir,
    mainModule: main,
    workFile,
    modFiles: graph.modFiles,
    vendored: vendor !== undefined,
    ...walkImports(tree, graph, vendor, context, { importPath: rootImport, dir: packageDir }, main),
  };
}

/**
 * Whether a package imports, directly or through others of the closure, a package at or below one of the
 * import paths, be it in the tree or outside of it. Its own path does not count: it may begin like theirs.
 */
export function reachesImport(closure: PackageClosure, prefixes: readonly string[]): boolean {
  const imported = closure.packages.filter(({ dir }) => dir !== closure.packageDir);
  const paths = [...closure.externalImports, ...imported.map(({ importPath }) => importPath)];
  return paths.some((path) => prefixes.some((prefix) => hasPathPrefix(path, prefix)));
}

/** The main module alone, or all modules of a go.work file that uses it. */
function findMainModules(
  tree: SourceTree,
  packageDir: string,
  goMod: GoModFile,
  gowork: string | undefined,
): { readonly workFile: GoWorkFile | undefined; readonly mainMods: readonly GoModFile[] } {
  const file = findWorkFile(tree, packageDir, gowork);
  const workFile = file === undefined ? undefined : tree.readGoWork(file);
  if (workFile !== undefined) {
    const directory = path.posix.dirname(workFile.file);
    const files = workFile.uses.map((use) => joinPath(tree.resolve(directory, use), 'go.mod'));
    if (files.includes(goMod.file)) {
      const used = [...new Set(files)].map((used) => tree.readGoMod(used));
      return { workFile, mainMods: used.filter((mod) => mod !== undefined) };
    }
  }
  return { workFile: undefined, mainMods: [goMod] };
}

/** The go command vendors by default since 1.14, in the mode (module or workspace) that modules.txt was written in. */
function findVendorDirectory(
  tree: SourceTree,
  deciding: GoModFile | GoWorkFile,
  forWorkspace: boolean,
): VendorDirectory | undefined {
  if (compareGoVersions(deciding.goVersion ?? '', FIRST_DEFAULT_VENDORING_GO) < 0) return undefined;
  const dir = joinPath(path.posix.dirname(deciding.file), 'vendor');
  if (tree.listDirectory(dir)?.has('modules.txt') !== true) return undefined;
  const modules = tree.readVendorModules(joinPath(dir, 'modules.txt'));
  return modules?.forWorkspace === forWorkspace ? { dir, modules } : undefined;
}

function askedGoVersion(goMod: GoModFile, goWork: GoWorkFile | undefined): string {
  const { goLine, toolchainLine } = requiredToolchain(goMod, goWork);
  const versions = [FIRST_REACTOR_GO, goLine ?? '', versionOfToolchain(toolchainLine ?? '') ?? ''];
  return versions.reduce((a, b) => (compareGoVersions(b, a) > 0 ? b : a));
}

function walkImports(
  tree: SourceTree,
  graph: ModuleGraph,
  vendor: VendorDirectory | undefined,
  context: BuildContext,
  root: { readonly importPath: string; readonly dir: string },
  main: ClosureModule,
): Pick<PackageClosure, 'packages' | 'localModules' | 'unresolvedLocal' | 'externalImports'> {
  const reached = new Map<string, ClosurePackage>();
  const modules = new Map<string, LocalModule>();
  const unresolved = new Map<string, UnresolvedImport>();
  const external = new Set<string>();
  const seen = new Set([root.importPath]);
  const pending = [{ ...root, vendored: false }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { importPath, dir, vendored } = next;
    // Two import paths can lead to one directory; its files are the same inputs.
    if (reached.has(dir)) continue;
    const found = { ...readPackage(tree, dir, context), importPath, vendored };
    reached.set(dir, found);
    for (const imported of found.imports) {
      if (seen.has(imported)) continue;
      seen.add(imported);
      const resolution = resolveImport(tree, graph, vendor, imported);
      switch (resolution.kind) {
        case 'local':
          modules.set(resolution.module.dir, resolution.module);
          pending.push({ importPath: imported, dir: resolution.dir, vendored: false });
          break;
        case 'vendored':
          pending.push({ importPath: imported, dir: resolution.dir, vendored: true });
          break;
        case 'missing':
          unresolved.set(imported, { importPath: imported, dir: resolution.dir });
          break;
        case 'external':
          external.add(imported);
          break;
      }
    }
  }
  const rootPackage = reached.get(root.dir);
  reached.delete(root.dir);
  modules.delete(main.dir);
  const others = sortedValues(reached);
  return {
    packages: rootPackage === undefined ? others : [rootPackage, ...others],
    localModules: sortedValues(modules).map(({ modulePath, dir, goMod }) =>
      goMod === undefined
        ? { modulePath, dir, file: joinPath(dir, 'go.mod') }
        : toClosureModule(modulePath, goMod),
    ),
    unresolvedLocal: sortedValues(unresolved),
    externalImports: [...external].sort(),
  };
}

function sortedValues<T>(map: ReadonlyMap<string, T>): readonly T[] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value);
}

function toClosureModule(modulePath: string, goMod: GoModFile): ClosureModule {
  return { modulePath, dir: path.posix.dirname(goMod.file), file: goMod.file };
}

function importPathOf(module: ClosureModule, packageDir: string): string {
  const inside = path.posix.relative(module.dir, packageDir);
  return inside === '' ? module.modulePath : `${module.modulePath}/${inside}`;
}
