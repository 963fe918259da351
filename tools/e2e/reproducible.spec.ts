import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { copySamples, createWorkspace, succeed, type TestWorkspace } from '../testing/workspace';

const PROJECTS = ['basic-auth', 'maintenance-page', 'path-rewrite'];

describe('the same sources', () => {
  const workspaces: TestWorkspace[] = [];
  afterEach(async () => {
    await Promise.all(workspaces.splice(0).map((workspace) => workspace.remove()));
  });

  /** Publishes three samples from a workspace of their own and returns what the records say. */
  async function publish(
    directory: string,
    prepare: (workspace: TestWorkspace) => void | Promise<void>,
  ): Promise<unknown[]> {
    const workspace = await createWorkspace({ directory });
    workspaces.push(workspace);
    const names = PROJECTS.map((name) => `extensions/${name}`);
    await copySamples(workspace.root, [...names, 'pkg/rewrite']);
    await prepare(workspace);
    await succeed(workspace.nx('run-many', '-t', 'publish-oci'));
    return Promise.all(
      PROJECTS.map(async (name) => {
        const dist = join(workspace.root, 'dist', 'plugins', 'wasm-go', 'extensions', name);
        const record = JSON.parse(await readFile(join(dist, 'publish.json'), 'utf8')) as {
          digest: string;
          wasmSha256: string;
        };
        return [name, record.digest, record.wasmSha256];
      }),
    );
  }

  it('give the same digests whatever directory, cache, user setting or commit they are built with', async () => {
    const plain = await publish('plain', () => undefined);
    const other = await publish('with a space', async (workspace) => {
      const { env, root } = workspace;
      // Everything that must not matter, at once.
      env['GOCACHE'] = join(root, '..', 'go-build');
      env['GOFLAGS'] = '-tags=other -ldflags=-s';
      env['GOWASM'] = 'satconv,signext';
      env['CGO_ENABLED'] = '1';
      env['GOOS'] = 'linux';
      env['TZ'] = 'Asia/Shanghai';
      env['LANG'] = 'C';
      await succeed(workspace.git('init', '--quiet'));
      await workspace.commit('a commit, and a clean tree');
    });
    expect(other).toEqual(plain);
  });
});
