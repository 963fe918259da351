import { isolatedEnvironment, REPOSITORY, runCommand, succeed } from './workspace';
import { join } from 'node:path';

/** Builds the package once before the tests, so that the workspaces they make can load it. */
export default async function buildPackage(): Promise<void> {
  const env = isolatedEnvironment(join(REPOSITORY, 'dist', 'test-caches'));
  const nx = join(REPOSITORY, 'node_modules', 'nx', 'dist', 'bin', 'nx.js');
  await succeed(runCommand(process.execPath, [nx, 'build', 'nx-proxy-wasm'], REPOSITORY, env));
}
