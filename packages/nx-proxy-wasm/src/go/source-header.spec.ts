import { describe, expect, it } from 'vitest';
import { ProxyWasmError } from '../errors';
import { parseSourceHeader } from './source-header';

describe('parseSourceHeader', () => {
  it('reads package, imports of every form and no further', () => {
    const header = parseSourceHeader(
      `// Copyright
/* import "no" */
package main // import "example.com/m"

import "a"
import ("b"; c "example.com/c" /* "x" */; . "d"
	_ "e" // "f"
	\`g\`)
import ()
import h"h"

func main() { const s = \`
import "not/code"
\` }
`,
      'main.go',
    );
    expect(header).toEqual({
      packageName: 'main',
      imports: ['a', 'b', 'example.com/c', 'd', 'e', 'g', 'h'],
      usesCgo: false,
      constraint: undefined,
      embedPatterns: [],
    });
  });

  it.each([
    ['a byte order mark', '\ufeffpackage p;import "a"'],
    ['Windows line ends', 'package p\r\n\r\nimport "a"\r\n'],
    ['everything on one line', 'package p;import("a");func f(){}'],
    ['an escape', 'package p\nimport "\\x61"'],
    ['a broken body', 'package p\nimport "a"\nfunc ( " `'],
  ])('reads %s', (_name, text) => {
    expect(parseSourceHeader(text, 'p.go')).toMatchObject({ packageName: 'p', imports: ['a'] });
  });

  it('takes no identifier that begins with import for the keyword', () => {
    expect(parseSourceHeader('package p\nimported "a"', 'p.go').imports).toEqual([]);
  });

  it('keeps import "C" apart', () => {
    const header = parseSourceHeader('package p\nimport "C"\nimport "a"', 'p.go');
    expect(header).toMatchObject({ imports: ['a'], usesCgo: true });
  });

  it.each([
    ['//go:build a && b\n\npackage p', 'a && b'],
    ['//go:build a\npackage p', 'a'],
    ['// +build old\n\n//go:build new\n\npackage p', 'new'],
    ['/* c */ //go:build no\npackage p', undefined],
    ['/* c */\n//go:build a\npackage p', 'a'],
    ['/*\n//go:build no\n*/\npackage p', undefined],
    ['package p\n//go:build no\n', undefined],
    ['//go:builder x\npackage p', undefined],
    ['//go:build\npackage p', ''],
    ['// +build a b,!c\n// +build d\n\npackage p', '(a || b && !c) && (d)'],
    ['//+build a\n\npackage p', 'a'],
    ['// +build a\npackage p', undefined],
    ['// +build !!a !\n\npackage p', 'ignore || ignore'],
    ['// +build\n\npackage p', 'ignore'],
    ['// +build a-b,!c-d\n\npackage p', 'ignore && !ignore'],
  ])('reads the constraint of %j', (text, constraint) => {
    expect(parseSourceHeader(text, 'p.go').constraint).toBe(constraint);
  });

  it.each([
    ['//go:embed a.txt', ['a.txt']],
    ['//go:embed a b  c/*.md', ['a', 'b', 'c/*.md']],
    ['//go:embed "with space" `raw`', ['with space', 'raw']],
    ['//go:embed a\r', ['a']],
    ['//go:embed all:dir', ['all:dir']],
    ['x := 1 //go:embed late', ['late']],
    ['//go:embedded a', []],
    ['//go:embed', []],
    ['// go:embed a', []],
    ['//go:embed "broken', []],
    ['//go:embed "a"b', []],
    ['/*\n//go:embed a\n*/', []],
    ['const s = `\n//go:embed a\n`', []],
    ['const s = "//go:embed a"', []],
    ["const r = '\"'\n//go:embed a", ['a']],
    ["const r = '\\''\n//go:embed a", ['a']],
    ["const r = '`'\n//go:embed a", ['a']],
    ['// `raw`: don`t\n//go:embed a', ['a']],
    ['const broken = "\n//go:embed a', ['a']],
  ])('finds the patterns of %j', (body, patterns) => {
    const text = `package p\nimport _ "embed"\n${body}\nvar x string\n`;
    expect(parseSourceHeader(text, 'p.go').embedPatterns).toEqual(patterns);
  });

  it('finds a go:embed right after the import block', () => {
    const text = 'package p\nimport (\n_ "embed"\n)\n//go:embed a\nvar x string';
    expect(parseSourceHeader(text, 'p.go').embedPatterns).toEqual(['a']);
  });

  it('looks for no go:embed where embed is not imported', () => {
    expect(parseSourceHeader('package p\n//go:embed a\n', 'p.go').embedPatterns).toEqual([]);
  });

  it.each([
    ['', '1:1', 'no package clause'],
    ['packages p', '1:1', 'no package clause'],
    ['package', '1:8', 'has no name'],
    ['package p\n\nimport x', '3:9', 'in quotes'],
    ['package p\nimport ("a"', '2:12', 'in quotes'],
    ['package p\nimport "a', '2:8', 'not closed'],
    ['package p\nimport "\\q"', '2:8', 'escape'],
    ['package p\nimport "a b"', '2:13', 'not a valid import path'],
    ['package p\nimport ""', '2:10', 'not a valid import path'],
    ['package p /* c', '1:11', 'comment is not closed'],
    ['//go:build a\n//go:build b\npackage p', '2:1', 'second //go:build'],
  ])('refuses %j at %s', (text, position, rule) => {
    expect(() => parseSourceHeader(text, 'd/p.go')).toThrow(ProxyWasmError);
    expect(() => parseSourceHeader(text, 'd/p.go')).toThrow(`d/p.go:${position}: `);
    expect(() => parseSourceHeader(text, 'd/p.go')).toThrow(rule);
  });
});
