import { describe, expect, it } from 'vitest';
import { ProxyWasmError } from '../errors';
import { parseGoMod } from './go-mod';

const HEAD = 'module example.com/m\n';

describe('parseGoMod', () => {
  it('reads every directive, alone and in blocks', () => {
    const text = `// a comment
module "example.com/m" // Deprecated: no

go 1.24.1
toolchain go1.24.4
godebug default=go1.21
godebug (
	panicnil=1
)
require example.com/a v1.2.3
require (
	"example.com/b" v0.0.0-20250821081215-b573359becf8 // indirect
	example.com/c/v2 v2.0.0 // indirect; kept for a reason
	example.com/d v3.0.0+incompatible // not indirect
)
exclude example.com/a v1.2.2
replace example.com/a => ./a/
replace (
	example.com/b v1.0.0 => ../..
	example.com/c/v2 => example.com/fork/v2 v2.1
)
retract v1.0.0
retract [v1.1.0, v1.1.9] // broken
tool example.com/a/cmd/x
tool ()
ignore (
	./node_modules
)
`;
    expect(parseGoMod(text, 'go.mod')).toEqual({
      file: 'go.mod',
      modulePath: 'example.com/m',
      goVersion: '1.24.1',
      toolchain: 'go1.24.4',
      requires: [
        { path: 'example.com/a', version: 'v1.2.3', indirect: false },
        {
          path: 'example.com/b',
          version: 'v0.0.0-20250821081215-b573359becf8',
          indirect: true,
        },
        { path: 'example.com/c/v2', version: 'v2.0.0', indirect: true },
        { path: 'example.com/d', version: 'v3.0.0+incompatible', indirect: false },
      ],
      replaces: [
        { oldPath: 'example.com/a', target: { kind: 'local', path: './a/' } },
        {
          oldPath: 'example.com/b',
          oldVersion: 'v1.0.0',
          target: { kind: 'local', path: '../..' },
        },
        {
          oldPath: 'example.com/c/v2',
          target: { kind: 'module', path: 'example.com/fork/v2', version: 'v2.1.0' },
        },
      ],
      excludes: [{ path: 'example.com/a', version: 'v1.2.2' }],
      retracts: [
        { low: 'v1.0.0', high: 'v1.0.0' },
        { low: 'v1.1.0', high: 'v1.1.9' },
      ],
      godebugs: [
        { key: 'default', value: 'go1.21' },
        { key: 'panicnil', value: '1' },
      ],
      tools: ['example.com/a/cmd/x'],
      ignores: ['./node_modules'],
    });
  });

  it.each([
    ['Windows line ends', 'module example.com/m\r\ngo 1.24\r\n'],
    ['no final newline', 'module example.com/m'],
    ['a raw string', 'module `example.com/m`'],
    ['an escape in a string', 'module "example.com\\x2fm"'],
    ['a comment glued to a word', 'module example.com/m//comment'],
    ['a directive of a newer Go', `${HEAD}frobnicate a b c => d\n`],
    ['a block of a newer Go', `${HEAD}frobnicate (\n\tone "two"\n)\n`],
    ['a block with two words', `${HEAD}future thing (\n\t) more\n`.replace('\t) more\n', ')\n')],
    ['a parenthesis in the middle of a line', `${HEAD}future ( x\n`],
  ])('accepts %s', (_name, text) => {
    expect(parseGoMod(text, 'go.mod').modulePath).toBe('example.com/m');
  });

  it.each([
    ['example.com/a => /abs', { kind: 'local', path: '/abs' }],
    ['example.com/a => .', { kind: 'local', path: '.' }],
    ['example.com/a => ..\\lib', { kind: 'local', path: '../lib' }],
    ['example.com/a => "./with space"', { kind: 'local', path: './with space' }],
    ['example.com/a => C:\\lib', { kind: 'local', path: 'C:/lib' }],
    ['example.com/a => b v1.0.0', { kind: 'module', path: 'b', version: 'v1.0.0' }],
  ])('reads the target of replace %s', (line, target) => {
    expect(parseGoMod(`${HEAD}replace ${line}\n`, 'go.mod').replaces[0]?.target).toEqual(target);
  });

  it.each([
    ['module a b', 1, 'module line is malformed'],
    [`${HEAD}module other`, 2, 'second module line'],
    [`${HEAD}go 1.24\ngo 1.25`, 3, 'second go line'],
    [`${HEAD}go v1.24`, 2, 'go line is malformed'],
    [`${HEAD}go (\n 1.24\n)`, 3, 'go line is malformed'],
    [`${HEAD}toolchain 1.24.4`, 2, 'toolchain line is malformed'],
    [`${HEAD}godebug a`, 2, 'godebug line is malformed'],
    [`${HEAD}require example.com/a`, 2, 'require line is malformed'],
    [`${HEAD}require example.com/a master`, 2, 'master is not a version'],
    [`${HEAD}require example.com/a 1.2.3`, 2, '1.2.3 is not a version'],
    [`${HEAD}require example.com/a vv1.2.3`, 2, 'vv1.2.3 is not a version'],
    [`${HEAD}require example.com/a "v 1.2.3"`, 2, 'v 1.2.3 is not a version'],
    [`${HEAD}require example.com/a v01.2.3`, 2, 'v01.2.3 is not a version'],
    [`${HEAD}require (\n\n exam"ple v1.0.0\n)`, 4, 'has to be quoted'],
    [`${HEAD}require "a\\q" v1.0.0`, 2, 'not a valid Go string'],
    [`${HEAD}replace example.com/a ./a`, 2, 'replace line is malformed'],
    [`${HEAD}replace example.com/a => a`, 2, 'has to be a path'],
    [`${HEAD}replace example.com/a => ./a v1.0.0`, 2, 'has no version'],
    [`${HEAD}retract [v1.0.0 v1.1.0]`, 2, 'retract line is malformed'],
    [`${HEAD}tool a b`, 2, 'tool line is malformed'],
    [`${HEAD}/* block */`, 2, 'only // comments'],
    [`${HEAD}require "example.com/a v1.0.0`, 2, 'not closed on its line'],
    [`${HEAD}require (\n example.com/a v1.0.0\n`, 2, 'never closed'],
    [`${HEAD}require (\n) x`, 3, 'has to end there'],
    [`${HEAD}require \u0001`, 2, 'unprintable'],
  ])('refuses %j, naming line %i', (text, line, rule) => {
    const error = failure(() => parseGoMod(text, 'a/go.mod'));
    expect(error.errorClass).toBe('bad-input');
    expect(error.message).toContain(rule);
    expect(error.subject).toMatch(new RegExp(`^a/go\\.mod:${line}:\\d+$`));
  });

  it('names the column of the offending word', () => {
    const error = failure(() => parseGoMod(`${HEAD}tool  x /* y */`, 'go.mod'));
    expect(error.subject).toBe('go.mod:2:9');
  });

  it('refuses a file without a module line', () => {
    expect(failure(() => parseGoMod('go 1.24\n', 'go.mod')).message).toContain('no module line');
  });
});

function failure(action: () => unknown): ProxyWasmError {
  try {
    action();
  } catch (error) {
    if (error instanceof ProxyWasmError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
