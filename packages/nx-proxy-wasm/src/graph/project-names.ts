import { posix } from 'node:path';

/**
 * Names projects by their directory: the base name, prefixed with as many parent directories as it takes
 * to be unique. All members of a collision are prefixed, so that no name depends on which directory came
 * first and adding a directory never silently hands a name to another plugin.
 *
 * @param roots project roots relative to the workspace, `/`-separated; `.` for the workspace root
 * @param rootName the name for a project at `.`, which has no directory name of its own
 * @param taken names that are in use already: a library never takes a plugin's name
 * @returns name by root
 */
export function nameProjects(
  roots: readonly string[],
  rootName: string,
  taken: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const used = new Set(taken);
  let open = [...roots].sort();
  for (let depth = 1; open.length > 0; depth += 1) {
    const groups = new Map<string, string[]>();
    for (const root of open) {
      const name = nameAtDepth(root, rootName, depth);
      groups.set(name, [...(groups.get(name) ?? []), root]);
    }
    open = [];
    for (const [name, members] of groups) {
      const exhausted = members.every((root) => depth >= segments(root).length);
      if (members.length === 1 && !used.has(name)) assign(members, () => name);
      else if (!exhausted) open.push(...members);
      // Distinct paths can still meet once joined (`a-b/c`, `a/b-c`): the whole path tells them apart.
      else assign(members, (root) => root);
    }
  }
  return names;

  function assign(members: readonly string[], nameOf: (root: string) => string): void {
    for (const root of members) {
      names.set(root, nameOf(root));
      used.add(nameOf(root));
    }
  }
}

function nameAtDepth(root: string, rootName: string, depth: number): string {
  return root === '.' ? rootName : segments(root).slice(-depth).join('-');
}

function segments(root: string): string[] {
  return posix.normalize(root).split('/');
}
