import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBuildInfo } from './build-info';

const START = Buffer.from('3077af0c9274080241e1c107e6d618e6', 'hex');
const END = Buffer.from('f932433186182072008242104116d8f2', 'hex');

/** A program with the text in its middle. */
function program(...texts: readonly string[]): Uint8Array {
  const blocks = texts.flatMap((text) => [START, Buffer.from(text), END, Buffer.from('more code')]);
  return Buffer.concat([Buffer.from('\0asm code'), ...blocks]);
}

const TEXT = [
  'path\texample.com/plugin',
  'mod\texample.com/plugin\t(devel)\t',
  'dep\tgithub.com/tidwall/gjson\tv1.18.0\th1:FIDeeyB800efLX89e5a8Y0BNH+LOngJyGrIWxG2FKQY=',
  'dep\texample.com/greeting\tv0.0.0',
  '=>\t./greeting\t(devel)\t',
  'build\t-buildmode=c-shared',
  'build\t-tags="a b"',
  'build\tGOFLAGS="-ldflags=\\"-X main.v=1\\" -mod=mod"',
  'build\t"odd key"=`raw "value"`',
  'build\tCGO_ENABLED=',
  'something\tnew',
  '',
].join('\n');

describe('build information in a program', () => {
  it('has paths, versions, sums, replacements and settings', () => {
    const info = readBuildInfo(program(TEXT));
    expect(info).toEqual({
      path: 'example.com/plugin',
      main: { path: 'example.com/plugin', version: '(devel)' },
      deps: [
        {
          path: 'github.com/tidwall/gjson',
          version: 'v1.18.0',
          sum: 'h1:FIDeeyB800efLX89e5a8Y0BNH+LOngJyGrIWxG2FKQY=',
        },
        {
          path: 'example.com/greeting',
          version: 'v0.0.0',
          replace: { path: './greeting', version: '(devel)' },
        },
      ],
      settings: new Map([
        ['-buildmode', 'c-shared'],
        ['-tags', 'a b'],
        ['GOFLAGS', '-ldflags="-X main.v=1" -mod=mod'],
        ['odd key', 'raw "value"'],
        ['CGO_ENABLED', ''],
      ]),
    });
  });

  it('is found in a part of a larger buffer', () => {
    const whole = Buffer.concat([program('path\tother\n'), program('path\tmine\n')]);
    expect(readBuildInfo(whole.subarray(program('path\tother\n').length))?.path).toBe('mine');
  });

  it('may stand there twice if it is the same', () => {
    expect(readBuildInfo(program('path\ta\n', 'path\ta\n'))?.path).toBe('a');
  });

  it.each<readonly [string, Uint8Array]>([
    ['there is none', Buffer.from('\0asm')],
    ['it has no end', Buffer.concat([START, Buffer.from(TEXT)])],
    ['an embedded program has other information', program('path\ta\n', 'path\tb\n')],
    ['it is larger than any real one', program(`path\t${'a'.repeat(1024 * 1024)}\n`)],
    ['it names no package', program('mod\ta\tv1.0.0\n')],
    ['a module has no version', program('path\ta\ndep\tb\n')],
    ['a module has too many columns', program('path\ta\ndep\tb\tv1\th1:x\ty\n')],
    ['a replacement replaces nothing', program('path\ta\n=>\t./b\t(devel)\t\n')],
    ['a module is replaced twice', program('path\ta\ndep\tb\tv1\n=>\tc\tv1\tx\n=>\td\tv1\tx\n')],
    ['a setting has no value', program('path\ta\nbuild\t-trimpath\n')],
    ['a setting has no key', program('path\ta\nbuild\t=true\n')],
    ['a quoted key does not end', program('path\ta\nbuild\t"-tags=true\n')],
  ])('is absent when %s', (_, bytes) => {
    expect(readBuildInfo(bytes)).toBeUndefined();
  });

  it('keeps settings with the names of object members apart', () => {
    const info = readBuildInfo(program('path\ta\nbuild\t__proto__=x\n'));
    expect(info?.settings.get('__proto__')).toBe('x');
    expect(info?.settings.get('constructor')).toBeUndefined();
  });

  it('never throws', () => {
    const line = fc.tuple(
      fc.constantFrom('path', 'mod', 'dep', '=>', 'build', ''),
      fc.array(fc.string({ maxLength: 8 }), { maxLength: 4 }),
    );
    fc.assert(
      fc.property(fc.array(line), fc.uint8Array(), (lines, noise) => {
        const text = lines.map(([kind, columns]) => [kind, ...columns].join('\t')).join('\n');
        readBuildInfo(program(text));
        readBuildInfo(Buffer.concat([START, noise, END]));
      }),
    );
  });
});
