import {
  type CreateDependencies,
  DependencyType,
  type RawProjectGraphDependency,
} from '@nx/devkit';
import type { PackageClosure } from '../go/closure';
import { inferredClosures } from './create-nodes';

/**
 * Edges from each plugin to the projects whose packages it compiles.
 *
 * All edges are given anew at every run and without a source file: Nx keeps edges that name one for as long
 * as that file is unchanged, but what a Go import means also hangs on go.mod and go.work files elsewhere.
 */
export const createDependencies: CreateDependencies = (_options, context) =>
  dependencies(
    inferredClosures(),
    new Map(Object.entries(context.projects).map(([name, { root }]) => [root, name])),
  );

/** @param projectByRoot project names by root, `.` for the workspace root */
export function dependencies(
  closures: readonly PackageClosure[],
  projectByRoot: ReadonlyMap<string, string>,
): RawProjectGraphDependency[] {
  return closures.flatMap((closure) => {
    const source = projectByRoot.get(closure.packageDir);
    if (source === undefined) return [];
    const targets = new Set(closure.packages.map(({ dir }) => owner(dir, projectByRoot)));
    targets.delete(source);
    return [...targets]
      .filter((target): target is string => target !== undefined)
      .sort()
      .map((target) => ({ source, target, type: DependencyType.implicit }));
  });
}

/** The project with the longest root that holds `dir`. */
function owner(dir: string, projectByRoot: ReadonlyMap<string, string>): string | undefined {
  for (let root = dir; ; root = root.slice(0, Math.max(root.lastIndexOf('/'), 0)) || '.') {
    const project = projectByRoot.get(root);
    if (project !== undefined || root === '.') return project;
  }
}
