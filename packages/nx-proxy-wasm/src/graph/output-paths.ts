import { posix } from 'node:path';

/** Where the targets of a project leave their results, all below `dist/<project root>/`. */
export interface OutputPaths {
  /** The built module. */
  readonly wasm: string;
  /** The packed artifact, an OCI image layout. */
  readonly layout: string;
  /** The record of the last publish. */
  readonly publishRecord: string;
}

/**
 * @param base the workspace: absolute for use in an executor, `{workspaceRoot}` for a target's `outputs`
 * @param root project root relative to the workspace
 */
export function outputPaths(base: string, root: string): OutputPaths {
  const directory = posix.join(base, 'dist', root);
  return {
    wasm: `${directory}/plugin.wasm`,
    layout: `${directory}/oci`,
    publishRecord: `${directory}/publish.json`,
  };
}

/** The local store: one OCI image layout for each repository, below `dist/registry/`. */
export function localStorePath(base: string): string {
  return posix.join(base, 'dist', 'registry');
}
