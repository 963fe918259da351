import * as fc from 'fast-check';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { wasmContext } from './build-context';
import { loadClosure } from './closure';
import { parseGoMod } from './go-mod';
import { readPackage } from './package-files';
import { openSourceTree } from './source-tree';
import { goList, runGo, summarizeClosure, type GoListOptions } from './testing/go-list';
import { MODULE_TREES } from './testing/module-trees';
import { makeTree } from './testing/write-tree';

const PLAIN: GoListOptions = { tags: [], goflags: '', gowork: 'off' };

let goVersion: string;
const roots: string[] = [];

beforeAll(async () => {
  const answer = await runGo(['env', 'GOVERSION'], process.cwd(), PLAIN);
  goVersion = answer.trim().replace(/^go/, '');
});

afterAll(() => {
  for (const root of roots) fs.rmSync(root, { recursive: true });
});

function makeRoot(files: Readonly<Record<string, string>>): string {
  const root = makeTree(files);
  roots.push(root);
  return root;
}

describe('closures are those of go list', () => {
  it.each(MODULE_TREES)('$name', async (tree) => {
    const root = makeRoot(tree.files);
    const options = {
      tags: tree.tags ?? [],
      goflags: tree.goflags ?? '-mod=mod',
      gowork: tree.gowork ?? '',
    };
    const expected = new Map<string, Awaited<ReturnType<typeof goList>>>();
    // Ours first: with -mod=mod the go command may correct go.mod.
    const sources = openSourceTree(root);
    const closures = tree.packages.map((dir) =>
      loadClosure(sources, dir, { tags: options.tags, gowork: options.gowork, goVersion }),
    );
    for (const dir of tree.packages) expected.set(dir, await goList(root, dir, options));

    for (const closure of closures) {
      const answer = expected.get(closure?.packageDir ?? '');
      // Nothing would be compared if the go command had not found the package itself.
      expect(answer?.packages.map(({ dir }) => dir)).toContain(closure?.packageDir);
      expect(closure && summarizeClosure(closure.packages)).toEqual(answer?.packages);
      const missing = closure?.unresolvedLocal.map(({ importPath }) => importPath) ?? [];
      expect([...(closure?.externalImports ?? []), ...missing].sort()).toEqual(answer?.external);
    }
  });

  it('for random constraints and file names', async () => {
    const tag = fc.constantFrom(
      'wasip1',
      'wasm',
      'gc',
      'unix',
      'linux',
      'cgo',
      'go1.20',
      'a',
      '1.x',
    );
    const { expression } = fc.letrec<{ expression: string }>((tie) => ({
      expression: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        tag,
        fc.tuple(tie('expression'), tie('expression')).map(([l, r]) => `${l} && ${r}`),
        fc.tuple(tie('expression'), tie('expression')).map(([l, r]) => `(${l}||${r})`),
        tie('expression').map((inner) => `!(${inner})`),
      ),
    }));
    const plusLine = fc
      .array(fc.array(fc.tuple(fc.constantFrom('', '', '!', '!!'), tag), { minLength: 1 }), {
        maxLength: 3,
      })
      .map((words) => words.map((parts) => parts.map((part) => part.join('')).join(',')).join(' '));
    const head = fc.oneof(
      expression.map((text) => `//go:build ${text}\n`),
      fc
        .array(plusLine, { maxLength: 3 })
        .map((lines) => lines.map((l) => `// +build ${l}\n`).join('')),
      fc.tuple(plusLine, expression).map(([old, text]) => `//go:build ${text}\n// +build ${old}\n`),
      expression.map((text) => `/* c */\n//go:build ${text}\n`),
      expression.map((text) => `/*\n//go:build ${text}\n*/\n`),
    );
    const suffix = fc.array(
      fc.constantFrom('linux', 'wasip1', 'wasm', 'arm64', 'js', 'unix', 'x', 'test', 'wasm.x'),
      { maxLength: 3 },
    );
    const file = fc.tuple(head, fc.constantFrom('\n', ''), suffix);
    const samples = fc.sample(file, { numRuns: 400, seed: 20_24 });
    const files: Record<string, string> = { 'go.mod': 'module m\ngo 1.24\n' };
    for (const [index, [text, blank, words]] of samples.entries()) {
      const name = [`f${index}`, ...words].join('_');
      files[`${name}.go`] = `${text}${blank}package main\n`;
    }
    const root = makeRoot(files);
    const { packages } = await goList(root, '.', { ...PLAIN, tags: ['a'] });
    const ours = readPackage(openSourceTree(root), '.', wasmContext(goVersion, ['a']));
    expect(ours.goFiles.length).toBeGreaterThan(50);
    expect(ours.ignoredGoFiles.length).toBeGreaterThan(50);
    expect(ours.goFiles).toEqual(packages[0]?.goFiles);
    expect(ours.ignoredGoFiles).toEqual(packages[0]?.ignoredGoFiles);
  });
});

describe('go.mod is read as go mod edit reads it', () => {
  const HEAD = 'module ex.com/m\n';

  it.each([
    'module "ex.com/m"\r\ngo 1.24.1\r\ntoolchain go1.24.4-x\r\n',
    `${HEAD}require (\n\tex.com/a v1 // indirect\n\tex.com/b/v3 v3.1 // indirect; x\n)\nrequire ex.com/c v2.0.0+incompatible//indirect\n`,
    `${HEAD}replace (\n"ex.com/a" v1.0.0=>../x\n)\n`,
    `${HEAD}replace ex.com/a v1.0.0 => ../x y\n`,
    `${HEAD}replace ex.com/a => C:/x\nreplace ex.com/b => "./\\x61 b"\nreplace ex.com/c => ex.com/d v1.0.0-rc.1+meta\n`,
    `${HEAD}exclude ex.com/a v1.2.3\nretract [v1.0.0,v1.1.0]\nretract (\nv1.2.0 // why\n)\n`,
    `${HEAD}tool ex.com/a/cmd\nignore ( // all\n./x\n"y z"\n)\ngodebug a=b=c\n`,
    `${HEAD}require ( )\nrequire (\n)\n// end`,
    `${HEAD}require ex.com/a v1.2.3.4\n`,
    `${HEAD}require ex.com/a v1.2.3-01\n`,
    `${HEAD}require ex.com/a v1.2.3 extra\n`,
    `${HEAD}require ex.com/(a v1.2.3\n`,
    `${HEAD}go 1.024\n`,
    `${HEAD}go 1.24.x\n`,
    `${HEAD}toolchain go2.1\n`,
    `${HEAD}require ex.com/a v1.2.3 /* c */\n`,
    `${HEAD}require (\nex.com/a v1.2.3 )\n`,
  ])('%j', async (text) => {
    const root = makeRoot({ 'go.mod': text });
    const edit = runGo(['mod', 'edit', '-json'], root, PLAIN).then(
      (output) => JSON.parse(output) as GoModJson,
      () => undefined,
    );
    expect(ours(text, path.join(root, 'go.mod'))).toEqual(theirs(await edit));
  });
});

interface GoModJson {
  readonly Module: { readonly Path: string };
  readonly Go?: string;
  readonly Toolchain?: string;
  readonly Require?: readonly { Path: string; Version: string; Indirect?: boolean }[];
  readonly Replace?: readonly {
    Old: { Path: string; Version?: string };
    New: { Path: string; Version?: string };
  }[];
  readonly Exclude?: readonly { Path: string; Version: string }[];
  readonly Retract?: readonly { Low: string; High: string }[];
  readonly Tool?: readonly { Path: string }[];
  readonly Ignore?: readonly { Path: string }[];
}

/** The values both sides know as text, or undefined for a refused file. */
function theirs(json: GoModJson | undefined): unknown {
  return (
    json && {
      head: [json.Module.Path, json.Go, json.Toolchain],
      requires: json.Require?.map((r) => [r.Path, r.Version, r.Indirect === true]) ?? [],
      replaces:
        json.Replace?.map((r) => [r.Old.Path, r.Old.Version, r.New.Path, r.New.Version]) ?? [],
      excludes: json.Exclude?.map((e) => [e.Path, e.Version]) ?? [],
      retracts: json.Retract?.map((r) => [r.Low, r.High]) ?? [],
      paths: [json.Tool, json.Ignore].map((list) => list?.map(({ Path }) => Path) ?? []),
    }
  );
}

function ours(text: string, file: string): unknown {
  try {
    const goMod = parseGoMod(text, file);
    return {
      head: [goMod.modulePath, goMod.goVersion, goMod.toolchain],
      requires: goMod.requires.map((r) => [r.path, r.version, r.indirect]),
      replaces: goMod.replaces.map(({ oldPath, oldVersion, target }) => [
        oldPath,
        oldVersion,
        target.path,
        target.kind === 'module' ? target.version : undefined,
      ]),
      excludes: goMod.excludes.map((e) => [e.path, e.version]),
      retracts: goMod.retracts.map((r) => [r.low, r.high]),
      paths: [goMod.tools, goMod.ignores],
    };
  } catch {
    // Refused: that the error is ours is shown by the tests of the parser.
    return undefined;
  }
}
