import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ProxyWasmError } from '../errors';
import { openSourceTree } from './source-tree';
import { makeTree } from './testing/write-tree';

const roots: string[] = [];

afterEach(() => {
  vi.useRealTimers();
  for (const root of roots.splice(0)) fs.rmSync(root, { recursive: true });
});

function treeOf(files: Readonly<Record<string, string>>): string {
  const root = makeTree(files);
  roots.push(root);
  return root;
}

/** Makes all files older than a file system's clock tick, so that they are kept in memory. */
function letTimePass(): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
}

describe('openSourceTree', () => {
  it('lists a directory in order of names and says what each entry is', () => {
    const root = treeOf({
      'd/b.go': '',
      'd/a/x': '',
      'd/link.go': '-> b.go',
      'd/dirlink': '-> a',
      'd/broken': '-> nowhere',
      'd/circle': '-> circle',
    });
    expect([...(openSourceTree(root).listDirectory('d') ?? [])]).toEqual([
      ['a', 'directory'],
      ['b.go', 'file'],
      ['broken', 'other'],
      ['circle', 'other'],
      ['dirlink', 'other'],
      ['link.go', 'linked-file'],
    ]);
  });

  it('answers undefined for what is not there', () => {
    const tree = openSourceTree(treeOf({ 'file.go': 'package p', 'dir/x': '' }));
    expect(tree.listDirectory('nowhere')).toBeUndefined();
    expect(tree.listDirectory('file.go')).toBeUndefined();
    expect(tree.readHeader('nowhere.go')).toBeUndefined();
    expect(tree.readHeader('file.go/x.go')).toBeUndefined();
    expect(tree.readGoMod('dir')).toBeUndefined();
  });

  it('resolves targets against a directory, also out of the workspace and back', () => {
    const root = treeOf({});
    const tree = openSourceTree(root);
    expect(tree.resolve('a/b', '../c/')).toBe('a/c');
    expect(tree.resolve('a/b', '../..')).toBe('.');
    expect(tree.resolve('.', '../x')).toBe('../x');
    expect(tree.resolve('.', `../${path.basename(root)}/lib`)).toBe('lib');
    expect(tree.resolve('a', path.join(root, 'lib'))).toBe('lib');
  });

  it('reads outside of the workspace by a path that begins with ../', () => {
    const root = treeOf({ 'ws/x': '', 'lib/lib.go': 'package lib' });
    const tree = openSourceTree(path.join(root, 'ws'));
    expect(tree.readHeader('../lib/lib.go')?.packageName).toBe('lib');
    expect(tree.listDirectory('../lib')?.get('lib.go')).toBe('file');
  });

  it('names a file that cannot be parsed', () => {
    const tree = openSourceTree(treeOf({ 'a/go.mod': 'module' }));
    expect(() => tree.readGoMod('a/go.mod')).toThrow('a/go.mod:1:1: ');
    expect(() => tree.readGoMod('a/go.mod')).toThrow(ProxyWasmError);
  });

  it('says that a file cannot be read, instead of taking it for absent', () => {
    const root = treeOf({ 'a.go': '-> a.go' });
    const error = catchError(() => openSourceTree(root).readHeader('a.go'));
    expect(error).toBeInstanceOf(ProxyWasmError);
    expect(String(error)).toContain('a.go: it cannot be read (ELOOP)');
  });

  it('takes a device for no file', () => {
    const tree = openSourceTree(treeOf({ 'a.go': '-> /dev/zero' }));
    expect(tree.readHeader('a.go')).toBeUndefined();
  });

  it('looks at each file once within one tree', () => {
    const root = treeOf({ 'a.go': 'package a' });
    const tree = openSourceTree(root);
    expect(tree.readHeader('a.go')?.packageName).toBe('a');
    fs.writeFileSync(path.join(root, 'a.go'), 'package b');
    expect(tree.readHeader('a.go')?.packageName).toBe('a');
    expect(openSourceTree(root).readHeader('a.go')?.packageName).toBe('b');
  });

  it('parses an unchanged file once over all trees of a root', () => {
    const root = treeOf({ 'a.go': 'package a', 'bad.go': 'nothing' });
    letTimePass();
    const first = openSourceTree(root).readHeader('a.go');
    expect(openSourceTree(root).readHeader('a.go')).toBe(first);
    const failures = [0, 1].map(() => catchError(() => openSourceTree(root).readHeader('bad.go')));
    expect(failures[0]).toBeInstanceOf(ProxyWasmError);
    expect(failures[1]).toBe(failures[0]);
  });

  it('parses again a file that got other text of the same length and an old time', () => {
    const root = treeOf({ 'a.go': 'package a' });
    const file = path.join(root, 'a.go');
    const longAgo = new Date(1_000_000_000_000);
    fs.utimesSync(file, longAgo, longAgo);
    letTimePass();
    expect(openSourceTree(root).readHeader('a.go')?.packageName).toBe('a');
    // The status change time cannot be set back; wait for it to move on.
    const { ctimeMs } = fs.statSync(file);
    do {
      fs.writeFileSync(file, 'package b');
      fs.utimesSync(file, longAgo, longAgo);
    } while (fs.statSync(file).ctimeMs === ctimeMs);
    expect(openSourceTree(root).readHeader('a.go')?.packageName).toBe('b');
  });

  it('does not trust stat about a file that was written just now', () => {
    const root = treeOf({ 'a.go': 'package a' });
    const first = openSourceTree(root).readHeader('a.go');
    expect(openSourceTree(root).readHeader('a.go')).not.toBe(first);
  });

  it('keeps two readings of one file apart', () => {
    const tree = openSourceTree(treeOf({ 'a.go': '//go:build x\n\npackage a' }));
    letTimePass();
    expect(tree.readConstraint('a.go')).toEqual({ constraint: 'x' });
    expect(tree.readHeader('a.go')?.packageName).toBe('a');
  });
});

function catchError(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    return error;
  }
  return undefined;
}
