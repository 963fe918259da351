import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { copySamples, createWorkspace, succeed, type TestWorkspace } from '../testing/workspace';

const EXTENSIONS = 'plugins/wasm-go/extensions';
const ALL = [
  'basic-auth',
  'header-rewrite',
  'maintenance-page',
  'path-rewrite',
  'request-id',
  'security-headers',
];

/** The projects whose task really ran, by target; the rest came from the cache. */
function ran(stdout: string): Record<string, string[]> {
  const result: Record<string, string[]> = { 'build-wasm': [], 'pack-oci': [] };
  for (const line of stdout.split('\n')) {
    const match = /^✔ {2}nx run (?<project>[^:]+):(?<target>\S+)(?<rest>.*)$/.exec(line);
    if (match?.groups === undefined || match.groups['rest']!.includes('cache')) continue;
    (result[match.groups['target']!] ??= []).push(match.groups['project']!);
  }
  for (const projects of Object.values(result)) projects.sort();
  return result;
}

describe('what a change rebuilds', () => {
  let workspace: TestWorkspace;
  const pack = async () => ran((await succeed(workspace.nx('run-many', '-t', 'pack-oci'))).stdout);

  async function edit(path: string, change: (text: string) => string): Promise<void> {
    const file = join(workspace.root, path);
    await writeFile(file, change(await readFile(file, 'utf8').catch(() => '')));
  }

  beforeAll(async () => {
    workspace = await createWorkspace();
    await copySamples(workspace.root);
    await workspace.write({
      'package-lock.json': '{ "name": "workspace", "lockfileVersion": 3, "packages": {} }\n',
    });
    await succeed(workspace.git('init', '--quiet', '--initial-branch=main'));
    await workspace.commit('start');
    expect(await pack()).toEqual({ 'build-wasm': ALL, 'pack-oci': ALL });
  });
  afterAll(() => workspace.remove());

  it('is nothing when nothing changed', async () => {
    expect(await pack()).toEqual({ 'build-wasm': [], 'pack-oci': [] });
  });

  const appended = (text: string) => (previous: string) => `${previous}${text}`;
  it.each<[string, string, (text: string) => string, string[], string[]]>([
    ['a README', `${EXTENSIONS}/basic-auth/README.md`, appended('\nmore\n'), [], ['basic-auth']],
    [
      'the first line of a README',
      `${EXTENSIONS}/request-id/README.md`,
      (t) => `# new\n\n${t}`,
      [],
      ['request-id'],
    ],
    ['a spec.yaml', `${EXTENSIONS}/basic-auth/spec.yaml`, appended('# more\n'), [], ['basic-auth']],
    [
      'a new README in a language',
      `${EXTENSIONS}/request-id/README_DE.md`,
      appended('# Neu\n'),
      [],
      ['request-id'],
    ],
    ['a test', `${EXTENSIONS}/basic-auth/main_test.go`, appended('\n// more\n'), [], []],
    ['a new test', `${EXTENSIONS}/basic-auth/more_test.go`, appended('package main\n'), [], []],
    [
      'VERSION, which is a tag and no content',
      `${EXTENSIONS}/basic-auth/VERSION`,
      () => '1.0.1\n',
      [],
      [],
    ],
    ['the npm lock file', 'package-lock.json', (t) => t.replace('3', '2'), [], []],
    ['package.json', 'package.json', (t) => t.replace('0.0.0', '0.0.1'), [], []],
    // A comment changes no byte of the module, so what is packed is the same and comes from the cache.
    [
      'a comment in a Go file',
      `${EXTENSIONS}/request-id/main.go`,
      appended('\n// more\n'),
      ['request-id'],
      [],
    ],
    [
      'code in a Go file',
      `${EXTENSIONS}/request-id/main.go`,
      appended('\nfunc init() { println(1) }\n'),
      ['request-id'],
      ['request-id'],
    ],
    [
      'an embedded file',
      `${EXTENSIONS}/maintenance-page/page.html`,
      appended('<!-- more -->'),
      ['maintenance-page'],
      ['maintenance-page'],
    ],
    [
      'a new file in an embedded directory',
      `${EXTENSIONS}/maintenance-page/assets/new.css`,
      appended('a {}'),
      ['maintenance-page'],
      ['maintenance-page'],
    ],
    [
      'the shared library',
      'plugins/wasm-go/pkg/rewrite/match/extra.go',
      () => 'package match\n\nfunc init() { println(2) }\n',
      ['header-rewrite', 'path-rewrite'],
      ['header-rewrite', 'path-rewrite'],
    ],
    [
      'a package of the library that one plugin imports',
      'plugins/wasm-go/pkg/rewrite/paths/extra.go',
      () => 'package paths\n\nfunc init() { println(3) }\n',
      ['path-rewrite'],
      ['path-rewrite'],
    ],
    [
      'a package of the library that nobody imports',
      'plugins/wasm-go/pkg/rewrite/cookies/extra.go',
      () => 'package cookies\n',
      [],
      [],
    ],
    [
      'a test of the library',
      'plugins/wasm-go/pkg/rewrite/match/extra_test.go',
      () => 'package match\n',
      [],
      [],
    ],
    [
      'a file that the build leaves out',
      `${EXTENSIONS}/request-id/native_linux.go`,
      () => 'package main\n',
      [],
      [],
    ],
  ])('after an edit of %s', async (_, path, change, built, packed) => {
    await edit(path, change);
    expect(await pack()).toEqual({ 'build-wasm': built, 'pack-oci': packed });
  });

  it('is selected the same by nx affected', async () => {
    await workspace.commit('all edits');
    await edit('plugins/wasm-go/pkg/rewrite/match/extra.go', () => 'package match\n');
    const affected = async (target: string) => {
      const { stdout } = await succeed(
        workspace.nx(
          'show',
          'projects',
          '--affected',
          '--uncommitted',
          '--withTarget',
          target,
          '--json',
        ),
      );
      return (JSON.parse(stdout) as string[]).sort();
    };
    expect(await affected('build-wasm')).toEqual(['header-rewrite', 'path-rewrite']);
    expect(await affected('publish-oci')).toEqual(['header-rewrite', 'path-rewrite']);
    await succeed(workspace.git('checkout', '.'));
    await edit(`${EXTENSIONS}/basic-auth/VERSION`, () => '1.0.2\n');
    expect(await affected('build-wasm')).toEqual([]);
    expect(await affected('publish-oci')).toEqual(['basic-auth']);
  });

  it('draws an edge from each plugin to the library, and from no other', async () => {
    await succeed(workspace.nx('graph', '--file=graph.json'));
    const { graph } = JSON.parse(await readFile(join(workspace.root, 'graph.json'), 'utf8')) as {
      graph: { dependencies: Record<string, { target: string }[]> };
    };
    const dependents = Object.entries(graph.dependencies)
      .filter(([, edges]) => edges.some(({ target }) => target === 'rewrite'))
      .map(([project]) => project);
    expect(dependents.sort()).toEqual(['header-rewrite', 'path-rewrite']);
  });
});
