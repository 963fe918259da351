import { spawn } from 'node:child_process';
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  copySamples,
  createWorkspace,
  NX,
  succeed,
  type TestWorkspace,
} from '../testing/workspace';

describe('a workspace', () => {
  const workspaces: TestWorkspace[] = [];
  afterEach(async () => {
    await Promise.all(workspaces.splice(0).map((workspace) => workspace.remove()));
  });

  async function workspaceAt(directory?: string): Promise<TestWorkspace> {
    const workspace = await createWorkspace(directory === undefined ? {} : { directory });
    workspaces.push(workspace);
    return workspace;
  }

  it('works without git', async () => {
    const workspace = await workspaceAt();
    await copySamples(workspace.root, ['extensions/request-id']);
    const { stdout } = await succeed(workspace.nx('run', 'request-id:publish-oci'));
    expect(stdout).toMatch(/request-id {2}published/);
  });

  it('works in a subdirectory of the git repository, at a path with spaces', async () => {
    const workspace = await workspaceAt('a repository/gateway plugins');
    await copySamples(workspace.root, ['extensions/path-rewrite', 'pkg/rewrite']);
    await succeed(workspace.git('-C', '..', 'init', '--quiet', '--initial-branch=main'));
    await workspace.commit('start');
    const { stdout } = await succeed(workspace.nx('run', 'path-rewrite:publish-oci'));
    expect(stdout).toMatch(/path-rewrite {2}published/);
    await workspace.write({ 'plugins/wasm-go/pkg/rewrite/paths/more.go': 'package paths\n' });
    await workspace.commit('library');
    const affected = await succeed(
      workspace.nx(
        'show',
        'projects',
        '--affected',
        '--base=HEAD~1',
        '--withTarget=build-wasm',
        '--json',
      ),
    );
    expect(JSON.parse(affected.stdout)).toEqual(['path-rewrite']);
  });

  it('holds no project when it holds no plugin', async () => {
    const workspace = await workspaceAt();
    await workspace.write({
      'cmd/main.go': 'package main\n\nfunc main() {}\n',
      'go.mod': 'module x\n',
    });
    const { stdout } = await succeed(workspace.nx('show', 'projects', '--json'));
    expect(JSON.parse(stdout)).toEqual([]);
  });

  it('tells which go.mod is broken, and where', async () => {
    const workspace = await workspaceAt();
    await copySamples(workspace.root, ['extensions/request-id']);
    await workspace.write({
      'plugins/wasm-go/extensions/request-id/go.mod': 'module example.com/x\n\nrequire (\n',
    });
    const { exitCode, stdout, stderr } = await workspace.nx('show', 'projects');
    expect(exitCode).toBe(1);
    expect(`${stdout}${stderr}`).toMatch(/plugins\/wasm-go\/extensions\/request-id\/go\.mod:\d+/);
  });

  it('refuses an unknown option, naming the right one', async () => {
    const workspace = await workspaceAt();
    await copySamples(workspace.root, ['extensions/request-id']);
    await workspace.write({
      'nx.json': '{"plugins": [{"plugin": "nx-proxy-wasm", "options": {"registery": "x"}}]}',
    });
    const { exitCode, stdout, stderr } = await workspace.nx('show', 'projects');
    expect(exitCode).toBe(1);
    expect(`${stdout}${stderr}`).toMatch(
      /unknown option "registery"\n\s+Did you mean "registry"\?/,
    );
  });

  it('takes name and repository of one plugin from its project.json', async () => {
    const workspace = await workspaceAt();
    await copySamples(workspace.root, ['extensions/request-id']);
    await workspace.write({
      'plugins/wasm-go/extensions/request-id/project.json': JSON.stringify({
        name: 'correlation',
        targets: { 'publish-oci': { options: { repository: 'edge/{projectName}/all-in-one' } } },
      }),
    });
    const { stdout } = await succeed(workspace.nx('run', 'correlation:publish-oci', '--tag=3.0.0'));
    expect(stdout).toMatch(/correlation {2}published {2}edge\/correlation\/all-in-one:3\.0\.0@/);
    expect(stdout).toMatch(/publishing as 3\.0\.0 although the sources say 1\.1\.0/);
  });

  it.each([
    ['a mistyped option', '--tags=1.0.0', /unknown option "tags"\n\s+Did you mean "tag"\?/],
    [
      'a shape that does not exist',
      '--shape=comapt',
      /one of higress, compat, raw.*\n\s+Did you mean "compat"\?/,
    ],
    ['a word for a number', '--timeout=soon', /"timeout" must be a number above 0/],
    ['a word for a switch', '--dryRun=maybe', /"dryRun" must be true or false/],
    ['half a version, which Nx takes for a number', '--tag=1.10', /number 1\.1: write it in full/],
    ['a value without its option', '1.0.0', /"1\.0\.0" belongs to no option/],
  ])('refuses %s on the command line', async (_, option, message) => {
    const workspace = await workspaceAt();
    await copySamples(workspace.root, ['extensions/request-id']);
    const { exitCode, stdout } = await workspace.nx('run', 'request-id:publish-oci', option);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(message);
  });

  it('says what a module needs when its Go may not be fetched', async () => {
    const workspace = await workspaceAt();
    workspace.env['GOTOOLCHAIN'] = 'local';
    await copySamples(workspace.root, ['extensions/request-id']);
    await workspace.write({
      'plugins/wasm-go/extensions/request-id/go.mod': 'module example.com/x\n\ngo 1.99.0\n',
    });
    const { exitCode, stdout } = await workspace.nx('run', 'request-id:build-wasm');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/go\.mod requires go >= 1\.99\.0 .*GOTOOLCHAIN=local/);
    expect(stdout).toMatch(/install that Go or set GOTOOLCHAIN=auto/);
  });

  it('says that Go is missing', async () => {
    const workspace = await workspaceAt();
    await copySamples(workspace.root, ['extensions/request-id']);
    workspace.env['PATH'] = join(workspace.root, 'bin');
    await mkdir(workspace.env['PATH']);
    // Nx starts the commands among a task's inputs through the system's shell.
    await symlink('/bin/sh', join(workspace.env['PATH'], 'sh'));
    const { exitCode, stdout } = await workspace.nx('run', 'request-id:build-wasm');
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/go was not found on PATH\n\s+Install Go 1\.24 or newer/);
  });

  it('refuses a module that its gateway would not load, and leaves none behind', async () => {
    const workspace = await workspaceAt();
    await copySamples(workspace.root, ['extensions/basic-auth']);
    const { exitCode, stdout } = await workspace.nx(
      'run',
      'basic-auth:build-wasm',
      '--profile=envoy',
    );
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/Missing or unknown Proxy-Wasm ABI version/);
    const dist = join(workspace.root, 'dist', 'plugins', 'wasm-go', 'extensions', 'basic-auth');
    expect(await readdir(dist)).toEqual([]);
  });

  it('ends its builds without leftovers when it is interrupted, and the next run repairs', async () => {
    const workspace = await workspaceAt();
    await copySamples(workspace.root, ['extensions/request-id']);
    // Cold, so that the build is still at work when the signal comes.
    workspace.env['GOCACHE'] = join(workspace.root, '..', 'go-build');
    workspace.env['GOTMPDIR'] = join(workspace.root, '..', 'go-tmp');
    await mkdir(workspace.env['GOTMPDIR']);
    const work = workspace.env['GOTMPDIR'];
    const child = spawn(process.execPath, [NX, 'run', 'request-id:build-wasm'], {
      cwd: workspace.root,
      env: workspace.env,
      stdio: 'ignore',
      detached: true,
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    await until(async () => (await readdir(work, { recursive: true })).length > 1);
    // As a terminal does on Ctrl-C: to every process of the group.
    process.kill(-child.pid!, 'SIGINT');
    await ended;
    await until(async () => (await readdir(work)).length === 0);
    const dist = join(workspace.root, 'dist', 'plugins', 'wasm-go', 'extensions', 'request-id');
    await until(async () => (await readdir(dist)).length === 0);
    delete workspace.env['GOCACHE'];
    await succeed(workspace.nx('run', 'request-id:build-wasm'));
    expect(await readdir(dist)).toEqual(['plugin.wasm']);
  });
});

/** Waits for a state that another process brings about; the test's own time limit ends it. */
async function until(reached: () => Promise<boolean>): Promise<void> {
  while (!(await reached())) await new Promise((resolve) => setTimeout(resolve, 50));
}
