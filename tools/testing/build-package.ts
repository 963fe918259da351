import { rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import {
  BUILT_PACKAGE,
  isolatedEnvironment,
  NX,
  REPOSITORY,
  runCommand,
  succeed,
} from './workspace';

/** Builds the package once before the tests, so that the workspaces they make can load it. */
export async function setup(): Promise<void> {
  const env = isolatedEnvironment(join(REPOSITORY, 'dist', 'test-caches'));
  await succeed(runCommand(process.execPath, [NX, 'build', 'nx-proxy-wasm'], REPOSITORY, env));
  // Dependencies of which npm keeps another version at the root of this repository.
  const own = join(BUILT_PACKAGE, 'node_modules');
  await rm(own, { force: true });
  await symlink(join(REPOSITORY, 'packages', 'nx-proxy-wasm', 'node_modules'), own);
}
