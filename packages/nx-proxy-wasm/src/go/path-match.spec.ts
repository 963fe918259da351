import { describe, expect, it } from 'vitest';
import { compileNamePattern } from './path-match';

describe('compileNamePattern', () => {
  // The cases of Go's own path.Match tests that have no separator, and some more.
  it.each([
    ['abc', 'abc', true],
    ['*', 'abc', true],
    ['*', '', true],
    ['*', '.hidden', true],
    ['*c', 'abc', true],
    ['a*', 'a', true],
    ['a*b*c*d*e*', 'axbxcxdxe', true],
    ['a*b*c*d*e*', 'axbxcxdxexxx', true],
    ['a*b?c*x', 'abxbbxdbxebxczzx', true],
    ['a*b?c*x', 'abxbbxdbxebxczzy', false],
    ['ab[c]', 'abc', true],
    ['ab[b-d]', 'abc', true],
    ['ab[e-g]', 'abc', false],
    ['ab[^c]', 'abc', false],
    ['ab[^e-g]', 'abc', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'ab', false],
    ['a?b', 'a☺b', true],
    ['a[^a]b', 'a☺b', true],
    ['a???b', 'a☺b', false],
    ['[a-ζ]*', 'α', true],
    ['*[a-ζ]', 'A', false],
    ['[\\]a]', ']', true],
    ['[\\-x]', 'z', false],
    ['[x\\-]', '-', true],
    ['*.md', 'a.md', true],
    ['*.md', 'a.md.txt', false],
    ['', '', true],
    ['', 'x', false],
  ])('%s against %s: %s', (pattern, name, expected) => {
    expect(compileNamePattern(pattern)?.(name)).toBe(expected);
  });

  it.each(['[]a]', '[-]', '[x-]', '[-x]', '[a-b-c]', '[', '[^', '[^bc', 'a[', '\\', '[a-\\'])(
    'refuses %s',
    (pattern) => {
      expect(compileNamePattern(pattern)).toBeUndefined();
    },
  );

  it('does not explode on many stars', () => {
    const match = compileNamePattern('a*'.repeat(500) + 'b');
    expect(match?.('a'.repeat(5000))).toBe(false);
  });
});
