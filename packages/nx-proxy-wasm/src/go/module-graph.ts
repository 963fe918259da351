import * as path from 'node:path';
import * as semver from 'semver';
import type { GoModFile } from './go-mod';
import type { GoWorkFile } from './go-work';
import type { ModuleVersion, Replacement, ReplaceTarget } from './mod-directives';
import { joinPath } from './module-root';
import type { SourceTree } from './source-tree';

/** A module whose source is a directory: a main module, or one that a `replace` points at. */
export interface LocalModule {
  /** The path that its packages are imported under. */
  readonly modulePath: string;
  /** Relative to the workspace root; starts with `../` outside of it. */
  readonly dir: string;
  /** Undefined when the directory holds none, which the build refuses. */
  readonly goMod: GoModFile | undefined;
}

/** The modules of a build as far as local files tell. */
export interface ModuleGraph {
  /** Modules with local source by their path. */
  readonly localModules: ReadonlyMap<string, LocalModule>;
  /** Paths of the main modules: one, or all that go.work uses. */
  readonly mainModules: ReadonlySet<string>;
  /** Paths of all other required modules. */
  readonly externalModules: ReadonlySet<string>;
  /** Every go.mod that took part in choosing versions, relative to the workspace root, sorted. */
  readonly modFiles: readonly string[];
}

/** A `replace` table together with the directory that its local targets start from. */
interface ReplaceTable {
  readonly directory: string;
  readonly replaces: readonly Replacement[];
}

/**
 * Chooses the modules of a build from the main modules' requirements: the highest version anybody asks for, then the
 * replacement of that version. Replacements count only in main modules and go.work, those of go.work first, and only
 * for modules that somebody requires. Requirements of modules without local source are not known; since Go 1.17 the
 * main go.mod lists what the build needs of them.
 *
 * @param mainMods the go.mod of the main module, or of all modules that `goWork` uses
 * @throws ProxyWasmError when the go.mod of a replacement is malformed
 * @see https://go.dev/ref/mod#minimal-version-selection
 */
export function selectModules(
  tree: SourceTree,
  mainMods: readonly GoModFile[],
  goWork: GoWorkFile | undefined,
): ModuleGraph {
  const tables = [...(goWork === undefined ? [] : [goWork]), ...mainMods].map(replaceTable);
  const excluded = new Set(mainMods.flatMap((goMod) => goMod.excludes.map(versionKey)));
  const mains = new Map(mainMods.map((goMod) => [goMod.modulePath, mainModule(goMod)]));
  const selected = new Map<string, string>();
  const replacements = new Map<string, LocalModule>();

  const pending = [...mainMods];
  for (let goMod = pending.pop(); goMod !== undefined; goMod = pending.pop()) {
    for (const required of goMod.requires) {
      const key = versionKey(required);
      if (mains.has(required.path) || excluded.has(key)) continue;
      const highest = selected.get(required.path);
      if (highest === undefined || semver.gt(required.version, highest)) {
        selected.set(required.path, required.version);
      }
      const target = replacements.has(key) ? undefined : findReplacement(tree, tables, required);
      if (target?.kind !== 'local') continue;
      const replaced = tree.readGoMod(joinPath(target.path, 'go.mod'));
      const modulePath = required.path;
      replacements.set(key, { modulePath, dir: target.path, goMod: replaced });
      if (replaced !== undefined) pending.push(replaced);
    }
  }

  const chosen = [...selected].map(([path, version]) =>
    replacements.get(versionKey({ path, version })),
  );
  const locals = [...mains.values(), ...chosen.filter((module) => module !== undefined)];
  const localModules = new Map(locals.map((module) => [module.modulePath, module]));
  const readMods = [...mainMods, ...[...replacements.values()].map(({ goMod }) => goMod)];
  const modFiles = readMods.flatMap((goMod) => (goMod === undefined ? [] : [goMod.file]));
  return {
    localModules,
    mainModules: new Set(mains.keys()),
    externalModules: new Set([...selected.keys()].filter((path) => !localModules.has(path))),
    modFiles: [...new Set(modFiles)].sort(),
  };
}

function mainModule(goMod: GoModFile): LocalModule {
  return { modulePath: goMod.modulePath, dir: path.posix.dirname(goMod.file), goMod };
}

function replaceTable({ file, replaces }: GoModFile | GoWorkFile): ReplaceTable {
  return { directory: path.posix.dirname(file), replaces };
}

function versionKey({ path, version }: ModuleVersion): string {
  return `${path}@${version}`;
}

/** The replacement of a module at a version; in one table an exact version beats the line without one. */
function findReplacement(
  tree: SourceTree,
  tables: readonly ReplaceTable[],
  required: ModuleVersion,
): ReplaceTarget | undefined {
  for (const { directory, replaces } of tables) {
    const lines = replaces.filter(({ oldPath }) => oldPath === required.path);
    const line =
      lines.find(({ oldVersion }) => oldVersion === required.version) ??
      lines.find(({ oldVersion }) => oldVersion === undefined);
    if (line?.target.kind === 'local') {
      return { kind: 'local', path: tree.resolve(directory, line.target.path) };
    }
    if (line !== undefined) return line.target;
  }
  return undefined;
}
