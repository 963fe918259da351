import { describe, expect, it } from 'vitest';
import { chooseVersion, type VersionSources } from './version';

const choose = (sources: VersionSources) => chooseVersion('basic-auth', sources);

describe('chooseVersion', () => {
  it.each<[string, VersionSources, string, string]>([
    ['--tag before all', { tag: '2.0.0', versionFile: '1.0.0', spec: '1.0.0' }, '2.0.0', '--tag'],
    [
      '--tag though the files disagree',
      { tag: 'x', versionFile: '1.0.0', spec: '2.0.0' },
      'x',
      '--tag',
    ],
    ['VERSION before spec.yaml', { versionFile: '1.0.0\n', spec: '1.0.0' }, '1.0.0', 'VERSION'],
    ['VERSION without final newline', { versionFile: '2.0.1' }, '2.0.1', 'VERSION'],
    [
      'spec.yaml when VERSION is blank',
      { versionFile: ' \n', spec: '1.2.3-rc.1' },
      '1.2.3-rc.1',
      'spec.yaml',
    ],
  ])('takes %s', (_, sources, version, source) => {
    expect(choose(sources)).toEqual({ kind: 'version', version, source });
  });

  it('says that no place names a version', () => {
    expect(choose({})).toEqual({ kind: 'none' });
  });

  it.each<[string, VersionSources, RegExp]>([
    [
      'files that disagree',
      { versionFile: '1.0.0', spec: '1.0.1' },
      /VERSION says 1\.0\.0 .* 1\.0\.1/,
    ],
    [
      'a leading v',
      { versionFile: 'v1.0.0' },
      /"v1\.0\.0" is not a semantic version\n {2}Write 1\.0\.0/,
    ],
    ['words', { spec: 'latest' }, /spec\.yaml: "latest" is not/],
    ['two parts', { versionFile: '1.0' }, /"1\.0" is not/],
    ['several lines', { versionFile: '1.0.0\n2.0.0' }, /is not a semantic version/],
  ])('refuses %s', (_, sources, message) => {
    expect(() => choose(sources)).toThrow(message);
  });
});
