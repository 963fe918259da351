import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ProxyWasmError } from '../errors';
import { loadClosure, reachesImport, type ClosureOptions, type PackageClosure } from './closure';
import { openSourceTree } from './source-tree';
import { makeTree } from './testing/write-tree';

const roots: string[] = [];

afterEach(() => {
  for (const root of roots.splice(0)) fs.rmSync(root, { recursive: true });
});

function load(
  files: Readonly<Record<string, string>>,
  packageDir: string,
  options: Partial<ClosureOptions> = {},
  workspace = '.',
): PackageClosure | undefined {
  const root = makeTree(files);
  roots.push(root);
  return loadClosure(openSourceTree(path.join(root, workspace)), packageDir, {
    tags: [],
    ...options,
  });
}

const dirs = (closure: PackageClosure | undefined) => closure?.packages.map(({ dir }) => dir);

/** A plugin in p that imports example.com/lib, which its replace line takes from lib. */
const WITH_LIBRARY = {
  'p/go.mod':
    'module example.com/p\ngo 1.24\nrequire example.com/lib v1.0.0\nreplace example.com/lib => ../lib/\n',
  'p/main.go': 'package main\nimport (\n"fmt"\n"example.com/lib/sub"\n)\n',
  'lib/go.mod': 'module example.com/lib\ngo 1.24\nrequire example.com/sdk v1.0.0\n',
  'lib/lib.go': 'package lib\n',
  'lib/sub/sub.go': 'package sub\nimport "example.com/sdk/proxywasm"\n',
};

describe('loadClosure', () => {
  it('answers undefined without a go.mod at or above the package', () => {
    expect(load({ 'p/main.go': 'package main' }, 'p')).toBeUndefined();
  });

  it('does not look for go.mod above the workspace', () => {
    const files = { 'go.mod': 'module m', 'ws/p/main.go': 'package main' };
    expect(load(files, 'p', {}, 'ws')).toBeUndefined();
    expect(load(files, 'ws/p')?.mainModule).toMatchObject({ dir: '.', file: 'go.mod' });
  });

  it('puts the package first, then the others by directory, and says what is reached', () => {
    const closure = load(WITH_LIBRARY, 'p');
    expect(dirs(closure)).toEqual(['p', 'lib/sub']);
    expect(closure).toMatchObject({
      packageDir: 'p',
      mainModule: { dir: 'p', modulePath: 'example.com/p', file: 'p/go.mod' },
      localModules: [{ dir: 'lib', modulePath: 'example.com/lib', file: 'lib/go.mod' }],
      modFiles: ['lib/go.mod', 'p/go.mod'],
      externalImports: ['example.com/sdk/proxywasm', 'fmt'],
      unresolvedLocal: [],
      vendored: false,
    });
    expect(closure?.packages[1]?.importPath).toBe('example.com/lib/sub');
  });

  it('reports an import that only generated code could satisfy', () => {
    const closure = load(
      {
        'go.mod': 'module example.com/m\nrequire example.com/m/ext v1.0.0\n',
        'main.go': 'package main\nimport (\n"example.com/m/gen/api"\n"example.com/m/ext/x"\n)',
      },
      '.',
    );
    expect(closure?.unresolvedLocal).toEqual([
      { importPath: 'example.com/m/gen/api', dir: 'gen/api' },
    ]);
    expect(closure?.externalImports).toEqual(['example.com/m/ext/x']);
  });

  it('keeps the path of a replacement outside of the workspace', () => {
    const outside = {
      'ws/p/go.mod':
        'module p\ngo 1.24\nrequire example.com/lib v1.0.0\nreplace example.com/lib => ../../lib\n',
      'ws/p/main.go': 'package main\nimport _ "example.com/lib"',
      'lib/go.mod': 'module example.com/lib\n',
      'lib/lib.go': 'package lib',
    };
    const closure = load(outside, 'p', {}, 'ws');
    expect(dirs(closure)).toEqual(['p', '../lib']);
    expect(closure?.localModules[0]?.file).toBe('../lib/go.mod');
  });

  it('survives a replacement whose directory is gone', () => {
    const { 'p/go.mod': goMod, 'p/main.go': main } = WITH_LIBRARY;
    const closure = load({ 'p/go.mod': goMod, 'p/main.go': main }, 'p');
    expect(closure?.unresolvedLocal).toEqual([
      { importPath: 'example.com/lib/sub', dir: 'lib/sub' },
    ]);
  });

  it('fails on a malformed go.mod, of the plugin or of a replacement', () => {
    expect(() => load({ 'go.mod': 'module' }, '.')).toThrow(ProxyWasmError);
    const broken = { ...WITH_LIBRARY, 'lib/go.mod': 'module m\ngo one' };
    expect(() => load(broken, 'p')).toThrow('lib/go.mod:2:1');
  });

  it('lists a broken Go file instead of failing', () => {
    const closure = load(
      {
        'go.mod': 'module m',
        'a.go': 'package main',
        'b.go': 'pakage main',
        'c.go': '//go:build (\n\npackage main',
        'd.go': 'package other',
      },
      '.',
    );
    expect(closure?.packages[0]).toMatchObject({ name: 'main', goFiles: ['a.go', 'd.go'] });
    expect(closure?.packages[0]?.invalidGoFiles.map(({ file }) => file)).toEqual([
      'b.go',
      'c.go',
      'd.go',
    ]);
  });

  it('says why an embed pattern fails and still resolves the others', () => {
    const closure = load(
      {
        'go.mod': 'module m',
        'main.go': 'package main\nimport _ "embed"\n//go:embed data.bin l\n//go:embed a.txt\nvar x',
        'a.txt': '',
        l: '-> a.txt',
      },
      '.',
    );
    expect(closure?.packages[0]?.embeds).toEqual([
      { pattern: 'data.bin', file: 'main.go', files: [], problem: 'no matching files found' },
      { pattern: 'l', file: 'main.go', files: [], problem: 'cannot embed irregular file l' },
      { pattern: 'a.txt', file: 'main.go', files: ['a.txt'], problem: undefined },
    ]);
  });

  it('takes the release tags from the toolchain named, else from what the module asks for', () => {
    const files = {
      'go.mod': 'module m\ngo 1.24\ntoolchain go1.25.1\n',
      'a.go': '//go:build go1.25\n\npackage main',
      'b.go': '//go:build go1.26\n\npackage main',
    };
    expect(load(files, '.')?.packages[0]?.goFiles).toEqual(['a.go']);
    expect(load(files, '.', { goVersion: '1.26.8' })?.packages[0]?.goFiles).toEqual([
      'a.go',
      'b.go',
    ]);
    const old = { ...files, 'go.mod': 'module m\ngo 1.18\n' };
    expect(load(old, '.')?.packages[0]?.ignoredGoFiles).toEqual(['a.go', 'b.go']);
  });

  describe('with go.work', () => {
    const files = {
      'go.work': 'go 1.24\nuse (\n./a\n./b\n)\n',
      'a/go.mod': 'module example.com/a\ngo 1.24\n',
      'a/main.go': 'package main\nimport _ "example.com/b"',
      'b/go.mod': 'module example.com/b\ngo 1.24\n',
      'b/b.go': 'package b',
      'c/go.mod': 'module example.com/c\ngo 1.24\n',
      'c/main.go': 'package main\nimport _ "example.com/b"',
    };

    it('finds the packages of used modules without a require', () => {
      const closure = load(files, 'a');
      expect(dirs(closure)).toEqual(['a', 'b']);
      expect(closure?.workFile?.file).toBe('go.work');
      expect(closure?.modFiles).toEqual(['a/go.mod', 'b/go.mod']);
    });

    it('is not in force for a module that it does not use', () => {
      const closure = load(files, 'c');
      expect(closure?.workFile).toBeUndefined();
      expect(closure?.externalImports).toEqual(['example.com/b']);
    });

    it('is not in force with GOWORK=off', () => {
      expect(dirs(load(files, 'a', { gowork: 'off' }))).toEqual(['a']);
    });

    it('can be named by GOWORK', () => {
      const root = makeTree({ ...files, 'alt/work': 'use ../c\nuse ../b' });
      roots.push(root);
      const gowork = path.join(root, 'alt/work');
      const closure = loadClosure(openSourceTree(root), 'c', { tags: [], gowork });
      expect(closure?.workFile?.file).toBe('alt/work');
      expect(dirs(closure)).toEqual(['c', 'b']);
    });

    it.each(['go.work', '/nowhere/go.work'])('refuses GOWORK=%s', (gowork) => {
      expect(() => load(files, 'a', { gowork })).toThrow('GOWORK');
    });
  });
});

describe('reachesImport', () => {
  it.each([
    ['an import that leaves the tree', ['example.com/sdk'], true],
    ['the path itself', ['example.com/sdk/proxywasm'], true],
    ['one of several', ['x', 'fmt'], true],
    ['a package in the tree', ['example.com/lib'], true],
    ['nothing across a path boundary', ['example.com/sd'], false],
    ['nothing', [], false],
  ])('finds %s', (_name, prefixes, expected) => {
    const closure = load(WITH_LIBRARY, 'p');
    expect(closure !== undefined && reachesImport(closure, prefixes)).toBe(expected);
  });
});
