import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createWorkspace,
  isolatedEnvironment,
  NX,
  REPOSITORY,
  runCommand,
  succeed,
  type TestWorkspace,
} from '../testing/workspace';

/** Name and version of every sample plugin, as its files say. */
const SAMPLES: Readonly<Record<string, string>> = {
  'basic-auth': '1.0.0',
  'header-rewrite': '0.2.0',
  'maintenance-page': '0.1.0',
  'path-rewrite': '0.2.0',
  'request-id': '1.1.0',
  'security-headers': '0.3.0',
};

/** The first shell block of the README without the installation, which the test's workspace has already. */
async function mainCommand(): Promise<string[]> {
  const readme = await readFile(join(REPOSITORY, 'README.md'), 'utf8');
  const block = /```sh\nnpm ci && npx (?<command>.+)\n```/.exec(readme)?.groups?.['command'];
  return block!.split(' ').slice(1);
}

/** The summary line of each plugin: its words after the project name. */
function summary(stdout: string): Record<string, string> {
  const lines = stdout.split('\n').filter((line) => / (already )?published /.test(line));
  return Object.fromEntries(
    lines.map((line) => {
      const [project = '', ...rest] = line.split(/ {2,}/);
      return [project, rest.join(' ')];
    }),
  );
}

describe('the main job of the README, in a clone of this repository at a path with a space', () => {
  let workspace: TestWorkspace;
  let command: string[];
  let digests: Record<string, string | undefined>;

  beforeAll(async () => {
    workspace = await createWorkspace({ directory: 'a clone' });
    await copyRepository(workspace.root);
    await succeed(workspace.git('init', '--quiet', '--initial-branch=main'));
    await workspace.commit('clone');
    command = await mainCommand();
  });
  afterAll(() => workspace.remove());

  it('builds and publishes every sample plugin, with a line for each', async () => {
    expect(command).toEqual(['run-many', '-t', 'publish-oci']);
    const { stdout } = await succeed(workspace.nx(...command));
    const lines = summary(stdout);
    expect(Object.keys(lines).sort()).toEqual(Object.keys(SAMPLES));
    for (const [name, version] of Object.entries(SAMPLES)) {
      expect(lines[name]).toMatch(
        new RegExp(
          `^published plugins/${name}:${version}@sha256:[0-9a-f]{64} [0-9.]+ [kM]B dist/registry/plugins/${name}$`,
        ),
      );
    }
    digests = Object.fromEntries(
      Object.entries(lines).map(([name, line]) => [name, /sha256:[0-9a-f]{64}/.exec(line)?.[0]]),
    );
  });

  it('leaves the checkout clean', async () => {
    const { stdout } = await workspace.git('status', '--porcelain');
    expect(stdout).toBe('');
  });

  it('leaves a record and a readable layout for each plugin', async () => {
    for (const [name, version] of Object.entries(SAMPLES)) {
      const dist = join(workspace.root, 'dist', 'plugins', 'wasm-go', 'extensions', name);
      const record: unknown = JSON.parse(await readFile(join(dist, 'publish.json'), 'utf8'));
      expect(record).toMatchObject({
        outcome: 'published',
        exitCode: 0,
        tag: version,
        digest: digests[name],
      });
      const store = join(workspace.root, 'dist', 'registry', 'plugins', name);
      const index: unknown = JSON.parse(await readFile(join(store, 'index.json'), 'utf8'));
      expect(index).toMatchObject({
        manifests: [
          {
            digest: digests[name],
            annotations: { 'org.opencontainers.image.ref.name': version },
          },
        ],
      });
    }
  });

  it('builds nothing the second time and says so on each line', async () => {
    const { stdout } = await succeed(workspace.nx(...command));
    const lines = Object.values(summary(stdout));
    expect(lines).toHaveLength(Object.keys(SAMPLES).length);
    for (const line of lines) expect(line).toMatch(/^already published /);
    expect(stdout).toMatch(/out of 18 tasks/);
    expect(stdout).toMatch(/cache instead of running the command for 12 /);
  });

  it('ends with the same lines when the daemon runs', async () => {
    const env = { ...workspace.env, NX_DAEMON: 'true', CI: 'false' };
    const nx = (...args: string[]) =>
      runCommand(process.execPath, [NX, ...args], workspace.root, env);
    try {
      const { stdout } = await succeed(nx(...command));
      expect(Object.keys(summary(stdout)).sort()).toEqual(Object.keys(SAMPLES));
    } finally {
      await nx('daemon', '--stop');
    }
  });

  it('ends with the same lines in a terminal', async ({ skip }) => {
    const env: Record<string, string> = { ...workspace.env, TERM: 'xterm-256color' };
    // With CI set Nx would take no terminal for one.
    delete env['CI'];
    const python = (...args: string[]) => runCommand('python3', args, workspace.root, env);
    const missing = await python('-c', 'import pty').then(({ exitCode }) => exitCode !== 0);
    skip(missing, 'there is no python3 to make a terminal with');
    const inTerminal = join(REPOSITORY, 'tools', 'testing', 'in-terminal.py');
    const { stdout } = await succeed(python(inTerminal, process.execPath, NX, ...command));
    expect(Object.keys(summary(stdout.replaceAll('\r', ''))).sort()).toEqual(Object.keys(SAMPLES));
  });

  it.each([
    ['dist/ is deleted', (root: string) => rm(join(root, 'dist'), { recursive: true })],
    [
      'a layout of the local store is damaged by a killed run',
      async (root: string) => {
        // What a run killed while writing leaves: files with temporary names, and no half-written index.
        const store = join(root, 'dist', 'plugins', 'wasm-go', 'extensions', 'request-id', 'oci');
        await rm(join(store, 'index.json'));
      },
    ],
    [
      'a built module is damaged',
      (root: string) =>
        writeFile(
          join(root, 'dist', 'plugins', 'wasm-go', 'extensions', 'request-id', 'plugin.wasm'),
          'x',
        ),
    ],
  ])('repairs itself when %s', async (_, damage) => {
    await damage(workspace.root);
    const { stdout } = await succeed(workspace.nx(...command));
    const lines = summary(stdout);
    for (const [name, line] of Object.entries(lines)) expect(line).toContain(digests[name]);
    expect(Object.keys(lines)).toHaveLength(Object.keys(SAMPLES).length);
  });

  it('reads well as a project', async () => {
    const { stdout } = await succeed(workspace.nx('show', 'project', 'basic-auth', '--json'));
    const project = JSON.parse(stdout) as Record<string, unknown>;
    expect(project).toMatchObject({
      name: 'basic-auth',
      root: 'plugins/wasm-go/extensions/basic-auth',
      projectType: 'application',
      metadata: { technologies: ['go', 'proxy-wasm'] },
    });
    expect(Object.keys(project['targets'] as object).sort()).toEqual([
      'build-wasm',
      'pack-oci',
      'publish-oci',
      'test',
    ]);
  });

  it('runs the Go tests of every plugin and library, the built module included', async () => {
    const { stdout } = await succeed(
      workspace.nx('run-many', '-t', 'test', '--args=-v', '--outputStyle=static'),
    );
    expect(stdout).toMatch(/Successfully ran target test for 7 projects/);
    expect(stdout).toMatch(/--- PASS: TestPlugin\/wasm/);
    expect(stdout).not.toMatch(/--- SKIP/);
    // A machine that has never tested natively compiles the standard library and a wasm runtime first.
  }, 600_000);
});

/** What a clone would hold: every file of this working tree that git does not ignore. */
async function copyRepository(root: string): Promise<void> {
  const { stdout } = await succeed(
    runCommand(
      'git',
      ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
      REPOSITORY,
      isolatedEnvironment(root),
    ),
  );
  for (const file of stdout.split('\0').filter((name) => name !== '')) {
    const from = join(REPOSITORY, file);
    // A file deleted here but not yet in the index is no part of the tree.
    if (!(await stat(from).catch(() => undefined))) continue;
    await mkdir(dirname(join(root, file)), { recursive: true });
    await cp(from, join(root, file));
  }
  expect(await readdir(root)).toContain('nx.json');
}
