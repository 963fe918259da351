import fastGlob from 'fast-glob';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openSourceTree } from '../go/source-tree';
import { normalizeOptions } from './options';
import { findPlugins, type FoundPlugins } from './plugins';

const TRAPS = join(__dirname, '..', '..', 'fixtures', 'traps');

/** What Nx would hand over: every file, ignored or not, so that nothing is left out for the wrong reason. */
const files = fastGlob.sync('**/*.go', { cwd: TRAPS, dot: true }).sort();

function find(options: Record<string, unknown> = {}): FoundPlugins {
  return findPlugins(files, openSourceTree(TRAPS), normalizeOptions(options), undefined);
}

describe('findPlugins, among directories that look like plugins', () => {
  let directories: string[];
  beforeAll(() => {
    directories = find().closures.map(({ packageDir }) =>
      packageDir.replace('plugins/wasm-go/extensions/', ''),
    );
  });

  it('finds exactly the plugins', () => {
    expect(directories).toEqual([
      'hello-world',
      'ignored-version',
      'json-response',
      'through-library',
      'two-in-one/request',
      'two-in-one/response',
      'waf',
    ]);
  });

  it.each([
    ['a helper module with a package main', 'waf/magefiles'],
    ['a module in testdata', 'waf/testdata'],
    ['vendored code', 'waf/vendor'],
    ['a draft', '_draft'],
    ['a hidden directory', '.hidden'],
    ['a module without Go files', 'docs-only'],
    ['a native program', 'load-generator'],
    ['a program whose tests alone import the SDK', 'sdk-in-tests-only'],
    ['a main that the build ignores', 'ignored-main'],
    ['a main for TinyGo alone', 'tinygo-only'],
    ['a main for Linux alone', 'native-only'],
  ])('does not take %s for one', (_, part) => {
    expect(directories.filter((directory) => directory.includes(part))).toEqual([]);
    // The trap is really there: otherwise this test would pass for nothing.
    expect(fastGlob.sync(`**/${part}/**`, { cwd: TRAPS, dot: true })).not.toEqual([]);
  });

  it('keeps plugins apart whose modules have the same path', () => {
    const modules = find().closures.map(({ mainModule }) => mainModule.modulePath);
    expect(new Set(modules).size).toBeLessThan(modules.length);
  });

  it('follows include and exclude', () => {
    const roots = (options: Record<string, unknown>) =>
      find(options).closures.map(({ packageDir }) => packageDir.split('/').at(-1));
    expect(roots({ include: ['**/extensions/w*'] })).toEqual(['waf']);
    expect(roots({ exclude: ['**/two-in-one/**', '**/*-*'] })).toEqual(['waf']);
  });

  it('finds by a list of SDKs of the user alone', () => {
    expect(find({ sdkImports: ['example.com/none'] }).closures).toEqual([]);
    // A prefix ends at a slash.
    expect(find({ sdkImports: ['github.com/higress-group/wasm'] }).closures).toEqual([]);
  });
});
