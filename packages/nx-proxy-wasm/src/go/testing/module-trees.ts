import type { TreeFiles } from './write-tree';

/** A tree of Go modules and the packages in it whose closures are compared with what the go command says. */
export interface ModuleTree {
  readonly name: string;
  readonly files: TreeFiles;
  readonly packages: readonly string[];
  readonly tags?: readonly string[];
  /** Only for trees where the go command may not correct go.mod. */
  readonly goflags?: string;
  readonly gowork?: 'off';
}

const goMod = (path: string, ...lines: readonly string[]) =>
  `${[`module ${path}`, 'go 1.24', ...lines].join('\n')}\n`;

const importing = (packageName: string, ...paths: readonly string[]) =>
  `package ${packageName}\n${paths.map((path) => `import _ "${path}"\n`).join('')}`;

const LIBRARY = { 'lib/go.mod': goMod('ex.com/lib'), 'lib/lib.go': 'package lib\n' };

export const MODULE_TREES: readonly ModuleTree[] = [
  {
    name: 'several mains, sub-packages, no cycle through the plugin above',
    files: {
      'go.mod': goMod('ex.com/m'),
      'main.go': importing('main', 'ex.com/m/internal/a', 'fmt'),
      'internal/a/a.go': importing('a', 'ex.com/m/internal/a/b'),
      'internal/a/b/b.go': importing('b', 'ex.com/m/c'),
      'c/c.go': 'package c\n',
      'cmd/one/main.go': importing('main', 'ex.com/m/c'),
      'cmd/two/x.go': importing('main', 'ex.com/m/internal/a/b', 'strings'),
      'unused/u.go': 'package unused\n',
      'testdata/t.go': importing('t', 'ex.com/m/c'),
      '_hidden/h.go': 'package h\n',
    },
    packages: ['.', 'cmd/one', 'cmd/two', 'testdata'],
  },
  {
    name: 'a chain of replacements by the main table only',
    files: {
      'p/go.mod': goMod(
        'ex.com/p',
        'require ex.com/b v1.0.0',
        'require ex.com/c v1.0.0 // indirect',
        'replace ex.com/b => ../b/',
        'replace (\nex.com/c => ../right\n)',
      ),
      'p/main.go': importing('main', 'ex.com/b/sub'),
      'b/go.mod': goMod('ex.com/b', 'require ex.com/c v1.0.0', 'replace ex.com/c => ../wrong'),
      'b/b.go': 'package b\n',
      'b/sub/s.go': importing('sub', 'ex.com/c', 'ex.com/b'),
      'right/go.mod': goMod('ex.com/c'),
      'right/c.go': 'package c\n',
      'wrong/go.mod': goMod('ex.com/c'),
      'wrong/c.go': importing('c', 'os'),
    },
    packages: ['p', 'b'],
  },
  {
    name: 'a requirement known only through a replacement',
    files: {
      'p/go.mod': goMod(
        'ex.com/p',
        'require ex.com/b v1.0.0',
        'replace ex.com/b => ../b',
        'replace ex.com/lib => ../lib',
      ),
      'p/main.go': importing('main', 'ex.com/b'),
      'b/go.mod': goMod('ex.com/b', 'require ex.com/lib v1.2.3'),
      'b/b.go': importing('b', 'ex.com/lib'),
      ...LIBRARY,
    },
    packages: ['p'],
  },
  {
    name: 'replacements for a version: the highest required one decides',
    files: {
      'p/go.mod': goMod(
        'ex.com/p',
        'require ex.com/x v1.0.0',
        'require ex.com/y v1.0.0',
        'replace ex.com/x v1.0.0 => ../x0',
        'replace ex.com/x v1.1.0 => ../x1',
        'replace ex.com/x => ../xany',
        'replace ex.com/y => ../y',
      ),
      'p/main.go': importing('main', 'ex.com/x', 'ex.com/y'),
      'y/go.mod': goMod('ex.com/y', 'require ex.com/x v1.1.0'),
      'y/y.go': 'package y\n',
      ...Object.fromEntries(
        ['x0', 'x1', 'xany'].flatMap((dir) => [
          [`${dir}/go.mod`, goMod('ex.com/x')],
          [`${dir}/x.go`, 'package x\n'],
        ]),
      ),
    },
    packages: ['p'],
  },
  {
    name: 'a replacement without a version catches what no line names',
    files: {
      'p/go.mod': goMod(
        'ex.com/p',
        'require ex.com/x v1.5.0',
        'replace ex.com/x v1.0.0 => ../x0',
        'replace ex.com/x => ../xany',
      ),
      'p/main.go': importing('main', 'ex.com/x'),
      'x0/go.mod': goMod('ex.com/x'),
      'x0/x.go': 'package x\n',
      'xany/go.mod': goMod('ex.com/x'),
      'xany/x.go': 'package x\n',
    },
    packages: ['p'],
  },
  {
    name: 'a replacement without a requirement has no effect',
    files: {
      'p/go.mod': goMod('ex.com/p', 'replace ex.com/lib => ../lib'),
      'p/main.go': importing('main', 'ex.com/lib'),
      ...LIBRARY,
    },
    packages: ['p'],
    goflags: '-mod=readonly',
  },
  {
    name: 'a sibling module without a replacement is none of ours',
    files: {
      'p/go.mod': goMod('ex.com/p'),
      'p/main.go': importing('main', 'ex.com/lib'),
      ...LIBRARY,
    },
    packages: ['p'],
  },
  {
    name: 'replacing to the repository root above the plugin',
    files: {
      'go.mod': goMod('ex.com/root'),
      'root.go': importing('root', 'ex.com/root/pkg'),
      'pkg/p.go': 'package pkg\n',
      'examples/one/go.mod': goMod(
        'ex.com/root/examples/one',
        'require ex.com/root v0.0.0',
        'replace ex.com/root => ../..',
      ),
      'examples/one/main.go': importing('main', 'ex.com/root', 'ex.com/root/examples/one/sub'),
      'examples/one/sub/s.go': 'package sub\n',
    },
    packages: ['examples/one', '.'],
  },
  {
    name: 'module paths end at a slash, the longest wins, nested modules are their own',
    files: {
      'p/go.mod': goMod(
        'ex.com/m',
        'require ex.com/mx v1.0.0',
        'require ex.com/m/sub v1.0.0',
        'replace ex.com/mx => ../mx',
        'replace ex.com/m/sub => ../elsewhere',
      ),
      'p/main.go': importing('main', 'ex.com/mx/a', 'ex.com/m/sub/a', 'ex.com/m/nested/deep'),
      'p/sub/go.mod': goMod('ex.com/m/sub'),
      'p/sub/a/a.go': 'package a\n',
      'p/nested/go.mod': goMod('ex.com/m/nested'),
      'p/nested/deep/d.go': 'package deep\n',
      'mx/go.mod': goMod('ex.com/mx'),
      'mx/a/a.go': 'package a\n',
      'elsewhere/go.mod': goMod('ex.com/m/sub'),
      'elsewhere/a/a.go': 'package a\n',
    },
    packages: ['p', 'p/sub/a', 'p/nested/deep'],
  },
  {
    name: 'a bare module path, quoted names, a plugin that is a library too',
    files: {
      'tools/go.mod': 'module "tools-server"\ngo 1.24\n',
      'tools/main.go': importing('main', 'tools-server/tool'),
      'tools/tool/t.go': 'package tool\n',
      'p/go.mod': goMod(
        'p',
        'require "tools-server" v0.0.0-00010101000000-000000000000',
        'replace "tools-server" => "../tools"',
      ),
      'p/main.go': importing('main', 'tools-server/tool', 'p/config'),
      'p/config/c.go': 'package config\n',
    },
    packages: ['p', 'tools'],
  },
  {
    name: 'constraints, tags, suffixes, tests, assembly and other files',
    tags: ['custom', 'more'],
    files: {
      'go.mod': goMod('ex.com/m'),
      'main.go': importing('main', 'ex.com/m/onlylinux'),
      'custom.go': `//go:build custom && !other\n\n${importing('main', 'ex.com/m/tagged')}`,
      'other.go': `//go:build other\n\n${importing('main', 'ex.com/m/never')}`,
      'a_linux.go': importing('main', 'ex.com/m/never'),
      'a_wasip1.go': 'package main\n',
      'a_wasip1_wasm.go': 'package main\n',
      'a_js_wasm.go': 'package main\n',
      'a_unix.go': 'package main\n',
      'a_linux_test.go': 'package main\n',
      'a_test.go': importing('main', 'ex.com/m/fortests'),
      'x_test.go': importing('main_test', 'ex.com/m/fortests'),
      'unix.go': '//go:build unix || !gc\n\npackage main\n',
      'release.go': '//go:build go1.24 && !go1.99\n\npackage main\n',
      'plus.go': '// +build wasm,custom linux\n// +build !cgo\n\npackage main\n',
      'plusno.go': '// +build linux\n\npackage main\n',
      'plusdoc.go': '// +build linux\npackage main\n',
      'cgo.go': `package main\n// #include <x.h>\nimport "C"\nimport _ "ex.com/m/never"\n`,
      'doc.go': 'package documentation\n',
      'template.go': '//go:build ignore\n\n{{ not Go }}\n',
      'add_wasm.s': '// code\n',
      'add_arm64.s': '// code\n',
      'tagged.s': '//go:build !custom\n\n// code\n',
      'add.h': '#define X\n',
      'add.S': '// needs cgo\n',
      'x_linux.syso': 'binary',
      'x_wasm.syso': 'binary',
      'notes.txt': '',
      '_x.go': 'not Go',
      '.x.go': 'not Go',
      'tagged/t.go': 'package tagged\n',
      'never/n.go': 'package never\n',
      'fortests/f.go': 'package fortests\n',
      'onlylinux/a_linux.go': importing('onlylinux', 'ex.com/m/never'),
    },
    packages: ['.'],
  },
  {
    name: 'embeds: names, classes, directories, hidden files, nested modules, links',
    files: {
      'go.mod': goMod('ex.com/m'),
      'main.go': [
        'package main',
        'import (',
        '\t_ "embed"',
        '\t_ "ex.com/m/all"',
        '\t_ "ex.com/m/stars"',
        ')',
        '//go:embed a.txt docs "with space.txt" `[x-z].md`',
        'var x string',
        '/*',
        '//go:embed block.txt',
        '*/',
        'const s = `',
        '//go:embed raw.txt',
        '`',
        'func main() {}',
      ].join('\n'),
      'a.txt': '',
      'block.txt': '',
      'raw.txt': '',
      'with space.txt': '',
      'w.md': '',
      'x.md': '',
      'z.md': '',
      'docs/a.md': '',
      'docs/.hidden': '',
      'docs/_under': '',
      'docs/deep/er/b.md': '',
      'docs/.hid/c.md': '',
      'docs/nested/go.mod': goMod('ex.com/nested'),
      'docs/nested/n.md': '',
      'docs/link.md': '-> ../a.txt',
      'docs/linkdir': '-> deep',
      'all/all.go': `package all\nimport _ "embed"\n//go:embed all:d\nvar x string\n`,
      'all/d/.hidden': '',
      'all/d/_under': '',
      'all/d/.hid/c.md': '',
      'all/d/.git/config': '',
      'all/d/x': '',
      'stars/s.go': `package stars\nimport _ "embed"\n//go:embed */*.md d/*\nvar x string\n`,
      'stars/d/.hidden': '',
      'stars/d/a.md': '',
      'stars/d/b.txt': '',
      'stars/d/sub/_x': '',
      'stars/d/sub/y': '',
      'stars/e/c.md': '',
      'stars/f.md': '',
      'broken/b.go': `package main\nimport _ "embed"\n//go:embed none/*\nvar x string\n`,
      'outside/o.go': `package main\nimport _ "embed"\n//go:embed ../a.txt\nvar x string\n`,
      'linked/l.go': `package main\nimport _ "embed"\n//go:embed link.txt\nvar x string\n`,
      'linked/link.txt': '-> ../a.txt',
      'foreign/f.go': `package main\nimport _ "embed"\n//go:embed n/a.txt\nvar x string\n`,
      'foreign/n/go.mod': goMod('ex.com/n'),
      'foreign/n/a.txt': '',
    },
    packages: ['.', 'broken', 'outside', 'linked', 'foreign'],
  },
  {
    name: 'links to files and to directories',
    files: {
      'go.mod': goMod('ex.com/m'),
      'main.go': importing('main', 'ex.com/m/linked', 'ex.com/m/onlylink'),
      'real/r.go': 'package real\n',
      linked: '-> real',
      'onlylink/x.go': '-> ../real/r.go',
      'asgo.go': '-> real',
    },
    packages: ['.'],
  },
  {
    name: 'go.work: used modules, its replacements, nested directories',
    goflags: '',
    files: {
      'go.work': 'go 1.24\nuse (\n./a\nb\n)\nreplace ex.com/lib => ./over\n',
      'a/go.mod': goMod('ex.com/a', 'require ex.com/lib v1.0.0', 'replace ex.com/lib => ../lib'),
      'a/main.go': importing('main', 'ex.com/lib', 'ex.com/b/sub', 'ex.com/unused'),
      'a/deep/main.go': importing('main', 'ex.com/b/sub'),
      'b/go.mod': goMod('ex.com/b'),
      'b/sub/s.go': 'package sub\n',
      'unused/go.mod': goMod('ex.com/unused'),
      'unused/u.go': 'package unused\n',
      'over/go.mod': goMod('ex.com/lib'),
      'over/l.go': 'package lib\n',
      ...LIBRARY,
    },
    packages: ['a', 'a/deep', 'b/sub'],
  },
  {
    name: 'go.work: the replacement of one module counts for all',
    goflags: '',
    files: {
      'go.work': 'go 1.24\nuse ./a\nuse ./b\n',
      'a/go.mod': goMod('ex.com/a', 'require ex.com/b v1.0.0', 'replace ex.com/b => ../old'),
      'old/go.mod': goMod('ex.com/b'),
      'old/b.go': importing('b', 'os'),
      'a/main.go': importing('main', 'ex.com/b'),
      'b/go.mod': goMod('ex.com/b', 'require ex.com/lib v1.0.0', 'replace ex.com/lib => ../lib'),
      'b/b.go': importing('b', 'ex.com/lib'),
      ...LIBRARY,
    },
    packages: ['a', 'b'],
  },
  {
    name: 'go.work switched off',
    gowork: 'off',
    files: {
      'go.work': 'go 1.24\nuse ./a\nuse ./lib\n',
      'a/go.mod': goMod('ex.com/a'),
      'a/main.go': importing('main', 'ex.com/lib'),
      ...LIBRARY,
    },
    packages: ['a'],
  },
  {
    name: 'vendor: dependencies come from there, replacements do not',
    goflags: '',
    files: {
      'go.mod': goMod(
        'ex.com/m',
        'require ex.com/dep v1.0.0',
        'require ex.com/lib v1.0.0',
        'replace ex.com/lib => ./lib',
      ),
      'main.go': importing('main', 'ex.com/dep', 'ex.com/lib', 'ex.com/m/own', 'ex.com/dep/stray'),
      'own/o.go': 'package own\n',
      'vendor/modules.txt': `# ex.com/dep v1.0.0
## explicit; go 1.24
ex.com/dep
ex.com/dep/sub
# ex.com/lib v1.0.0 => ./lib
## explicit; go 1.24
ex.com/lib
# ex.com/lib => ./lib
`,
      'vendor/ex.com/dep/d.go': importing('dep', 'ex.com/dep/sub', 'os'),
      'vendor/ex.com/dep/sub/s.go': 'package sub\n',
      'vendor/ex.com/dep/stray/s.go': 'package stray\n',
      'vendor/ex.com/lib/l.go': 'package lib\n',
      ...LIBRARY,
    },
    packages: ['.', 'own'],
  },
  {
    name: 'vendor is passed over below go 1.14',
    goflags: '',
    files: {
      'go.mod':
        'module ex.com/m\ngo 1.13\nrequire ex.com/lib v1.0.0\nreplace ex.com/lib => ./lib\n',
      'main.go': importing('main', 'ex.com/lib'),
      'vendor/modules.txt': '# ex.com/lib v1.0.0 => ./lib\nex.com/lib\n',
      'vendor/ex.com/lib/l.go': 'package lib\n',
      'lib/go.mod': 'module ex.com/lib\ngo 1.13\n',
      'lib/lib.go': 'package lib\n',
    },
    packages: ['.'],
  },
  {
    name: 'vendor of a module is passed over where go.work is in force',
    goflags: '',
    files: {
      'go.work': 'go 1.24\nuse .\n',
      'go.mod': goMod('ex.com/m', 'require ex.com/lib v1.0.0', 'replace ex.com/lib => ./lib'),
      'main.go': importing('main', 'ex.com/lib'),
      'vendor/modules.txt': '# ex.com/lib v1.0.0 => ./lib\n## explicit\nex.com/lib\n',
      'vendor/ex.com/lib/l.go': 'package lib\n',
      ...LIBRARY,
    },
    packages: ['.'],
  },
  {
    name: 'vendor of a go.work file',
    goflags: '',
    files: {
      'go.work': 'go 1.24\nuse ./a\n',
      'a/go.mod': goMod('ex.com/a', 'require ex.com/dep v1.0.0'),
      'a/main.go': importing('main', 'ex.com/dep'),
      'vendor/modules.txt': '## workspace\n# ex.com/dep v1.0.0\n## explicit; go 1.24\nex.com/dep\n',
      'vendor/ex.com/dep/d.go': 'package dep\n',
    },
    packages: ['a'],
  },
];
