import { AggregateCreateNodesError, type CreateNodesResultArray } from '@nx/devkit';
import fastGlob from 'fast-glob';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createNodes, inferredClosures } from './create-nodes';
import { dependencies } from './create-dependencies';

const SDK = 'github.com/proxy-wasm/proxy-wasm-go-sdk';
const main = (...imports: string[]) =>
  `package main\n\nimport (\n${imports.map((path) => `\t_ "${path}"\n`).join('')})\n\nfunc main() {}\n`;
const mod = (path: string, ...lines: string[]) =>
  [`module ${path}`, 'go 1.24.1', `require ${SDK} v0.1.0`, ...lines, ''].join('\n');

describe('createNodes', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'create-nodes-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  async function write(files: Readonly<Record<string, string>>): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), text);
    }
  }

  async function infer(options?: unknown) {
    const files = fastGlob.sync(createNodes[0], { cwd: root }).sort();
    const results: CreateNodesResultArray = await createNodes[1](files, options, {
      nxJsonConfiguration: {},
      workspaceRoot: root,
    });
    return Object.assign({}, ...results.map(([, { projects }]) => projects)) as Record<
      string,
      NonNullable<NonNullable<(typeof results)[number][1]['projects']>[string]>
    >;
  }

  const plugin = {
    'plugins/auth/go.mod': mod('example.com/auth'),
    'plugins/auth/main.go': main(`${SDK}/proxywasm`),
  };

  it('makes a project of a plugin directory, with everything that reads it', async () => {
    await write({ ...plugin, 'plugins/auth/README.md': '# Auth\n\nAsks for a password.\n' });
    expect(await infer()).toMatchSnapshot();
  });

  it('keeps the configuration of a target free of what changes with the plugin documents', async () => {
    await write(plugin);
    const before = await infer();
    await write({
      'plugins/auth/README.md': '# New\n',
      'plugins/auth/VERSION': '2.0.0\n',
      'plugins/auth/spec.yaml': 'info: {version: 2.0.0, description: other}\n',
    });
    const after = await infer();
    // Nx hashes targets into every task of the project: a difference would rebuild the module.
    expect(after['plugins/auth']?.targets).toEqual(before['plugins/auth']?.targets);
  });

  it('makes a library project of a module that a plugin replaces to and imports', async () => {
    await write({
      'plugins/auth/go.mod': mod(
        'example.com/auth',
        'require example.com/lib v0.0.0',
        'replace example.com/lib => ../../pkg/lib/',
      ),
      'plugins/auth/main.go': main(`${SDK}/proxywasm`, 'example.com/lib/crypt'),
      'pkg/lib/go.mod': 'module example.com/lib\n',
      'pkg/lib/crypt/crypt.go': 'package crypt\n',
      'pkg/unused/go.mod': 'module example.com/unused\n',
      'pkg/unused/x.go': 'package unused\n',
    });
    const projects = await infer();
    expect(Object.keys(projects).sort()).toEqual(['pkg/lib', 'plugins/auth']);
    expect(projects['pkg/lib']).toMatchObject({ name: 'lib', projectType: 'library' });
    expect(Object.keys(projects['pkg/lib']?.targets ?? {})).toEqual(['test']);
    const names = new Map([
      ['pkg/lib', 'lib'],
      ['plugins/auth', 'auth'],
    ]);
    expect(dependencies(inferredClosures(), names)).toEqual([
      { source: 'auth', target: 'lib', type: 'implicit' },
    ]);
  });

  it('lets no library take the name of a plugin', async () => {
    await write({
      'plugins/auth/go.mod': mod(
        'example.com/auth',
        'require example.com/lib v0.0.0',
        'replace example.com/lib => ../../pkg/auth',
      ),
      'plugins/auth/main.go': main(`${SDK}/proxywasm`, 'example.com/lib'),
      'pkg/auth/go.mod': 'module example.com/lib\n',
      'pkg/auth/lib.go': 'package lib\n',
    });
    const projects = await infer();
    expect(projects['plugins/auth']?.name).toBe('auth');
    expect(projects['pkg/auth']?.name).toBe('pkg-auth');
  });

  it('names a plugin at the workspace root after its module', async () => {
    await write({ 'go.mod': mod('example.com/team/edge'), 'main.go': main(`${SDK}/proxywasm`) });
    const projects = await infer();
    expect(projects['.']?.name).toBe('edge');
    expect(projects['.']?.targets?.['build-wasm']?.outputs).toEqual([
      '{workspaceRoot}/dist/plugin.wasm',
    ]);
  });

  it('uses the target names of the options, in dependencies as well', async () => {
    await write(plugin);
    const projects = await infer({ buildTargetName: 'wasm', packTargetName: 'image' });
    const targets = projects['plugins/auth']?.targets;
    expect(Object.keys(targets ?? {}).sort()).toEqual(['image', 'publish-oci', 'test', 'wasm']);
    expect(targets?.['image']?.dependsOn).toEqual(['wasm']);
    expect(targets?.['publish-oci']?.dependsOn).toEqual(['image']);
  });

  it('reports every broken go.mod at once, and keeps the projects that are fine', async () => {
    await write({
      ...plugin,
      'plugins/b/go.mod': 'module\n',
      'plugins/b/main.go': main(`${SDK}/proxywasm`),
      'plugins/c/go.mod': 'module x\nrequire (\n',
      'plugins/c/main.go': main(`${SDK}/proxywasm`),
    });
    const error: unknown = await infer().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AggregateCreateNodesError);
    const { errors, partialResults } = error as AggregateCreateNodesError;
    expect(errors.map(([file]) => file)).toEqual(['plugins/b', 'plugins/c']);
    expect(errors[0]?.[1].message).toMatch(/^plugins\/b\/go\.mod:1/);
    expect(partialResults).toHaveLength(1);
  });

  it('finds nothing, quietly, where there is no plugin', async () => {
    await write({ 'go.mod': 'module x\n', 'main.go': 'package main\n' });
    expect(await infer()).toEqual({});
  });
});
