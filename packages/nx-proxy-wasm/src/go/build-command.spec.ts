import { describe, expect, it } from 'vitest';
import { buildArguments, buildEnvironment, testEnvironment } from './build-command';

describe('buildArguments', () => {
  it('ask for a reactor module whose bytes name no path, commit or build', () => {
    expect(buildArguments({ output: '/out/plugin.wasm', vendored: false })).toEqual([
      'build',
      '-buildmode=c-shared',
      '-trimpath',
      '-buildvcs=false',
      '-ldflags=-buildid=',
      '-mod=readonly',
      '-o',
      '/out/plugin.wasm',
      './',
    ]);
  });

  it('use the vendor directory where there is one', () => {
    expect(buildArguments({ output: 'x', vendored: true })).toContain('-mod=vendor');
  });
});

describe('buildEnvironment', () => {
  const goEnv = {
    GOPROXY: 'https://proxy.example',
    GOFLAGS: '-tags=x',
    GOCACHE: '/c',
    GOWASM: 'satconv',
  };

  it('fixes the platform and shuts out the env file', () => {
    expect(buildEnvironment({}, goEnv, 'off')).toMatchObject({
      GOENV: 'off',
      GOOS: 'wasip1',
      GOARCH: 'wasm',
      CGO_ENABLED: '0',
    });
  });

  it.each(['GOFLAGS', 'GOEXPERIMENT', 'GOWASM', 'GODEBUG', 'GOFIPS140', 'CGO_CFLAGS', 'GOARM'])(
    'lets neither the environment nor the env file set %s',
    (name) => {
      expect(
        buildEnvironment({ [name]: 'x' }, { ...goEnv, [name]: 'x' }, 'off'),
      ).not.toHaveProperty(name);
    },
  );

  it('keeps where modules and caches are, from the env file as well', () => {
    expect(buildEnvironment({ PATH: '/bin', HTTPS_PROXY: 'p' }, goEnv, 'off')).toMatchObject({
      PATH: '/bin',
      HTTPS_PROXY: 'p',
      GOPROXY: 'https://proxy.example',
      GOCACHE: '/c',
    });
  });

  it('names the workspace file, whatever the environment says', () => {
    expect(buildEnvironment({ GOWORK: '/x/go.work' }, {}, 'off')).toHaveProperty('GOWORK', 'off');
  });
});

describe('testEnvironment', () => {
  it('is native although the shell exports a wasm target, and names the module', () => {
    expect(testEnvironment({ GOOS: 'wasip1', GOARCH: 'wasm', GOFLAGS: '-race' }, '/w')).toEqual({
      GOFLAGS: '-race',
      WASM_FILE_PATH: '/w',
    });
  });
});
