import { readNxJson, type Tree, updateNxJson } from '@nx/devkit';
import { createTreeWithEmptyWorkspace } from '@nx/devkit/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import init from './generator';

describe('init', () => {
  let tree: Tree;
  beforeEach(() => {
    tree = createTreeWithEmptyWorkspace();
  });

  it('registers the plugin after those that are there', () => {
    updateNxJson(tree, { plugins: ['@nx/js'] });
    init(tree);
    expect(readNxJson(tree)?.plugins).toEqual(['@nx/js', 'nx-proxy-wasm']);
  });

  it.each([
    ['by name', 'nx-proxy-wasm'],
    ['with options', { plugin: 'nx-proxy-wasm', options: { registry: 'r.example.com' } }],
  ])('leaves a plugin alone that is registered %s', (_, entry) => {
    updateNxJson(tree, { plugins: [entry] });
    init(tree);
    expect(readNxJson(tree)?.plugins).toEqual([entry]);
  });

  it('keeps build results out of git and the lines that are there', () => {
    tree.write('.gitignore', 'node_modules\n/dist');
    init(tree);
    expect(tree.read('.gitignore', 'utf8')).toBe('node_modules\n/dist\n.nx/\n');
  });

  it('changes nothing when it runs again', () => {
    tree.write('.gitignore', '');
    init(tree);
    const before = tree.read('.gitignore', 'utf8');
    const plugins = readNxJson(tree)?.plugins;
    init(tree);
    expect(tree.read('.gitignore', 'utf8')).toBe(before);
    expect(readNxJson(tree)?.plugins).toEqual(plugins);
  });
});
