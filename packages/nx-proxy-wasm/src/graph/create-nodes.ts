import {
  AggregateCreateNodesError,
  type CreateNodes,
  type CreateNodesResultArray,
  type ProjectConfiguration,
  type ProjectGraphExternalNode,
} from '@nx/devkit';
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { PackageClosure } from '../go/closure';
import { openSourceTree } from '../go/source-tree';
import { describePlugin } from './description';
import { RECIPE_NODE } from './inputs';
import { type NormalizedOptions, normalizeOptions } from './options';
import { PACKAGE_VERSION } from './package-version';
import { findPlugins } from './plugins';
import { nameProjects } from './project-names';
import { libraryTargets, PACKAGE_NAME, pluginTargets } from './targets';

/** What one source file contributes: the element type of {@link CreateNodesResultArray}. */
type CreateNodesResult = CreateNodesResultArray[number];

/**
 * Every Go source is in the glob, so that Nx runs the inference again when one changes: an import decides
 * which files are inputs. Nx's list leaves out what git ignores.
 */
const GLOB = '**/{go.mod,go.work,*.go}';

/** Closures of the last inference in this process, for createDependencies, which Nx runs right after. */
let lastClosures: readonly PackageClosure[] = [];

/** The plugin closures that the last `createNodes` of this process found. */
export function inferredClosures(): readonly PackageClosure[] {
  return lastClosures;
}

/**
 * Turns every gateway plugin directory, and every local module that plugins replace to, into a project.
 * Broken go.mod and go.work files are reported together, each with its place.
 */
export const createNodes: CreateNodes = [
  GLOB,
  (files, rawOptions, { workspaceRoot }) => {
    const options = normalizeOptions(rawOptions);
    const { closures, errors } = findPlugins(
      files,
      openSourceTree(workspaceRoot),
      options,
      process.env['GOWORK'],
    );
    lastClosures = closures;
    const results = inferProjects(closures, workspaceRoot, options);
    if (errors.length > 0) throw new AggregateCreateNodesError(errors, results);
    return results;
  },
];

/** The projects of the given plugins, one result for each, keyed by the source file that makes it one. */
function inferProjects(
  closures: readonly PackageClosure[],
  workspaceRoot: string,
  options: NormalizedOptions,
): CreateNodesResultArray {
  const pluginRoots = new Set(closures.map(({ packageDir }) => packageDir));
  const libraryRoots = new Set(
    closures
      .flatMap(({ localModules }) => localModules.map(({ dir }) => dir))
      .filter((dir) => !pluginRoots.has(dir) && !dir.startsWith('../')),
  );
  const rootName = posix.basename(closures[0]?.mainModule.modulePath ?? '') || PACKAGE_NAME;
  const pluginNames = nameProjects([...pluginRoots], rootName);
  const libraryNames = nameProjects([...libraryRoots], rootName, new Set(pluginNames.values()));
  return [
    ...closures.map((closure) =>
      pluginProject(closure, pluginNames.get(closure.packageDir) ?? '', workspaceRoot, options),
    ),
    ...[...libraryNames].map(([root, name]) => libraryProject(root, name, options)),
  ];
}

function pluginProject(
  closure: PackageClosure,
  name: string,
  workspaceRoot: string,
  options: NormalizedOptions,
): CreateNodesResult {
  const root = closure.packageDir;
  const read = (file: string) => readOptional(join(workspaceRoot, root, file));
  const description = describePlugin(read('spec.yaml'), read('README.md'));
  const [mainFile = 'go.mod'] = closure.packages.find(({ dir }) => dir === root)?.goFiles ?? [];
  return nodes(posix.join(root, mainFile), {
    root,
    name,
    projectType: 'application',
    sourceRoot: root,
    tags: ['lang:go', 'proxy-wasm:plugin'],
    targets: pluginTargets(closure, name, options),
    metadata: {
      technologies: ['go', 'proxy-wasm'],
      ...(description === undefined ? {} : { description }),
    },
  });
}

function libraryProject(root: string, name: string, options: NormalizedOptions): CreateNodesResult {
  return nodes(posix.join(root, 'go.mod'), {
    root,
    name,
    projectType: 'library',
    sourceRoot: root,
    tags: ['lang:go', 'proxy-wasm:library'],
    targets: libraryTargets(name, options),
    metadata: { technologies: ['go'] },
  });
}

function nodes(sourceFile: string, project: ProjectConfiguration): CreateNodesResult {
  const recipe = {
    // Nx's type knows npm packages only; other plugins use node types of their own as well.
    type: 'proxy-wasm',
    name: RECIPE_NODE,
    data: { version: PACKAGE_VERSION, packageName: PACKAGE_NAME, hash: PACKAGE_VERSION },
  } as unknown as ProjectGraphExternalNode;
  return [
    sourceFile,
    { projects: { [project.root]: project }, externalNodes: { [RECIPE_NODE]: recipe } },
  ];
}

/** The text of a file, undefined when there is none. */
function readOptional(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    // A description is a courtesy: a README that cannot be read is no reason to fail the graph.
    if (error instanceof Error && 'code' in error) return undefined;
    throw error;
  }
}
