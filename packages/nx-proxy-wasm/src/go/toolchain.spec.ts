import { describe, expect, it } from 'vitest';
import { parseGoMod } from './go-mod';
import { parseGoWork } from './go-work';
import {
  compareGoVersions,
  isLanguageVersion,
  parseGoVersion,
  versionOfToolchain,
} from './go-version';
import { requiredToolchain, selectToolchain } from './toolchain';

describe('Go versions', () => {
  // The cases of Go's src/internal/gover tests.
  it.each([
    ['1', '1.1', -1],
    ['1.5', '1.10', -1],
    ['1.6', '1.6.1', -1],
    ['1.19', '1.19.0', 0],
    ['1.19rc1', '1.19', -1],
    ['1.20', '1.20.0', 0],
    ['1.21', '1.21.0', -1],
    ['1.21', '1.21rc1', -1],
    ['1.21rc1', '1.21.0', -1],
    ['1.19rc1', '1.19.1', -1],
    ['1.19rc1', '1.19rc2', -1],
    ['1.19rc9', '1.19rc10', -1],
    ['1.19alpha3', '1.19beta2', -1],
    ['1.19beta2', '1.19rc1', -1],
    ['1.99999999999999998', '1.99999999999999999', -1],
    ['1.24.4', '1.24.4', 0],
    ['', 'x', 0],
    ['x', '1', -1],
    ['1.024', '1', -1],
    ['1.24.1rc1', '1', -1],
  ])('%s against %s: %i', (left, right, expected) => {
    expect(Math.sign(compareGoVersions(left, right))).toBe(expected);
    expect(Math.sign(compareGoVersions(right, left))).toBe(expected === 0 ? 0 : -expected);
  });

  it.each(['', 'go1.24', '1.24.', '1.24.1.1', '1.600+auto', 'v1.24', '1.24-x', ' 1.24'])(
    '%j is none',
    (text) => {
      expect(parseGoVersion(text)).toBeUndefined();
    },
  );

  it.each([
    ['1.22', true],
    ['1.21', true],
    ['1.20', false],
    ['1.22.0', false],
    ['1.22rc1', false],
    ['x', false],
  ])('%s names a language: %s', (text, expected) => {
    expect(isLanguageVersion(text)).toBe(expected);
  });

  it.each([
    ['go1.24.4', '1.24.4'],
    ['go1.24.4-custom', '1.24.4'],
    ['go1.26.8 X:nodwarf5', '1.26.8'],
    ['go1.24.4-a/b', undefined],
    ['1.24.4', undefined],
    ['gone', undefined],
  ])('toolchain %s has version %s', (name, expected) => {
    expect(versionOfToolchain(name)).toBe(expected);
  });
});

describe('requiredToolchain', () => {
  const goMod = parseGoMod('module m\ngo 1.24.1\ntoolchain go1.24.4\n', 'a/go.mod');

  it('asks go.mod', () => {
    expect(requiredToolchain(goMod)).toEqual({
      file: 'a/go.mod',
      goLine: '1.24.1',
      toolchainLine: 'go1.24.4',
    });
  });

  it('asks go.work alone where one is in force', () => {
    const goWork = parseGoWork('go 1.25\n', 'go.work');
    expect(requiredToolchain(goMod, goWork)).toEqual({ file: 'go.work', goLine: '1.25' });
  });
});

describe('selectToolchain', () => {
  const base = { local: 'go1.24.1', goLine: '1.24.1', toolchainLine: 'go1.24.4' };

  it.each([
    ['local ignores the toolchain line', { ...base, setting: 'local' }, 'go1.24.1', false],
    ['empty acts as local', { ...base, setting: '' }, 'go1.24.1', false],
    ['auto follows the toolchain line', { ...base, setting: 'auto' }, 'go1.24.4', true],
    ['path does so too', { ...base, setting: 'path' }, 'go1.24.4', true],
    ['local+auto does so too', { ...base, setting: 'local+auto' }, 'go1.24.4', true],
    ['a minimum can be raised', { ...base, setting: 'go1.24.2+auto' }, 'go1.24.4', true],
    ['a minimum can suffice', { ...base, setting: 'go1.25.0+auto' }, 'go1.25.0', true],
    ['a fixed one stays', { ...base, setting: 'go1.24.2' }, 'go1.24.2', true],
    ['a fixed one can be the local one', { ...base, setting: 'go1.24.1' }, 'go1.24.1', false],
    ['a newer local one stays', { ...base, local: 'go1.26.8', setting: 'auto' }, 'go1.26.8', false],
    [
      'an equal one with a suffix stays',
      { ...base, local: 'go1.24.4-corp', setting: 'auto' },
      'go1.24.4-corp',
      false,
    ],
    [
      'the go line beats an older toolchain line',
      { ...base, goLine: '1.25.2', setting: 'auto' },
      'go1.25.2',
      true,
    ],
    [
      'a language version means its first release',
      { local: 'go1.24.1', goLine: '1.25', setting: 'auto' },
      'go1.25.0',
      true,
    ],
    [
      'a release candidate has no .0',
      { local: 'go1.24.1', goLine: '1.25rc1', setting: 'auto' },
      'go1.25rc1',
      true,
    ],
    ['nothing asked, nothing switched', { local: 'go1.24.1', setting: 'auto' }, 'go1.24.1', false],
    [
      'toolchain default keeps the local one',
      { ...base, toolchainLine: 'default', setting: 'auto' },
      'go1.24.1',
      false,
    ],
  ])('%s', (_name, input, version, switched) => {
    expect(selectToolchain(input)).toEqual({ version, switched });
  });

  it.each([
    [{ ...base, goLine: '1.25', setting: 'local' }, 'go >= 1.25 is required'],
    [{ ...base, goLine: '1.25', setting: 'go1.24.4' }, 'gives go1.24.4'],
    [{ ...base, goLine: '1.25', toolchainLine: 'default', setting: 'auto' }, 'go >= 1.25'],
    [{ ...base, setting: 'newest' }, 'names no toolchain'],
    [{ ...base, setting: 'go2.0' }, 'names no toolchain'],
    [{ ...base, setting: 'go1.24.1+never' }, 'suffixes'],
    [{ ...base, setting: 'auto', toolchainLine: 'go1.x' }, 'toolchain go1.x'],
    [{ ...base, setting: 'auto', local: 'devel' }, 'local toolchain devel'],
  ])('refuses %j', (input, reason) => {
    const selection = selectToolchain(input);
    expect('refused' in selection && selection.refused).toContain(reason);
  });
});
