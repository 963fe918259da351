import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { pinnedTools } from '../../../../tools/oci/pinned-tools';
import { findOras, parseOrasVersion } from './oras-install';
import { failure } from './testing/failure';

let dir: string;
let bin: string;
let announced: string[];
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'find-oras-'));
  bin = join(dir, 'bin');
  announced = [];
  await mkdir(bin);
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

/** A program made of a few shell commands, alone on PATH but for the shell's own. */
async function program(name: string, script: string): Promise<string> {
  const file = join(bin, name);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
  return file;
}

function oras(version: string): string {
  return `echo 'Version:        ${version}'; echo 'Go version:     go1.25.7'`;
}

function find(
  options: { orasPath?: string; install?: boolean; env?: Record<string, string> } = {},
): Promise<string> {
  const { install = false, env = {}, ...rest } = options;
  return findOras({
    ...rest,
    install,
    env: {
      PATH: [bin, '/usr/bin', '/bin'].join(delimiter),
      HOME: dir,
      XDG_CACHE_HOME: join(dir, '.cache'),
      ...env,
    },
    announce: (line) => announced.push(line),
  });
}

/** A go that "builds" an oras of the given version, counts its builds and writes down what it was given. */
async function fakeGo(install: string): Promise<void> {
  await program(
    'go',
    `if [ "$1" = env ]; then printf 'go1.25.9\\nlinux\\namd64\\n'; exit 0; fi
echo "$@" >> '${dir}/builds'
env > '${dir}/environment'
${install}`,
  );
}

const BUILD_ORAS = `cat > "$GOBIN/oras" <<'END'
#!/bin/sh
${oras('1.3.3')}
END
chmod +x "$GOBIN/oras"`;

describe('parseOrasVersion', () => {
  it.each([
    ['Version:        1.3.3\nGo version:     go1.26.0\n', [1, 3, 3]],
    ['Version:    1.2.0+unreleased\r\nGo version: go1.22\r\n', [1, 2, 0]],
    ['Version: v1.3\n', [1, 3, 0]],
    ['Version: 1.4.0-beta.1\n', [1, 4, 0]],
    ['Go version: go1.22\n', undefined],
    ['Version: 1.2.3.4\n', undefined],
    ['Version: latest\n', undefined],
    ['', undefined],
  ])('reads %j', (text, expected) => {
    expect(parseOrasVersion(text)).toEqual(expected);
  });
});

describe('findOras', () => {
  it('takes the real one that the option names', async () => {
    const real = (await pinnedTools()).oras;
    expect(await find({ orasPath: real })).toBe(real);
  });

  it('takes the option before the variable before PATH', async () => {
    await program('oras', oras('1.2.0'));
    const mine = await program('mine', oras('1.2.1'));
    const other = await program('other', oras('1.2.2'));
    expect(await find()).toBe('oras');
    expect(await find({ env: { NX_PROXY_WASM_ORAS: mine } })).toBe(mine);
    expect(await find({ orasPath: other, env: { NX_PROXY_WASM_ORAS: mine } })).toBe(other);
  });

  it.each([
    ['is too old', oras('1.1.9'), '1.1.9'],
    ['is another program', 'echo "oras 0.0.1"', 'does not answer as oras'],
    ['crashes', 'kill -SEGV $$', 'does not answer as oras'],
  ])('refuses a named one that %s, also when PATH has a good one', async (_name, script, why) => {
    await program('oras', oras('1.3.3'));
    const named = await program('named', script);
    const error = await failure(find({ orasPath: named, install: true }));
    expect(error.errorClass).toBe('missing-tool');
    expect(error.message).toContain(why);
    expect(error.subject).toBe(named);
  });

  it('tells what to type when there is none and none may be built', async () => {
    await fakeGo(BUILD_ORAS);
    const error = await failure(find());
    expect(error.errorClass).toBe('missing-tool');
    expect(error.remedy).toContain('go install oras.land/oras/cmd/oras@v1.3.3');
    await expect(readFile(join(dir, 'builds'))).rejects.toThrow('ENOENT');
  });

  it.each([
    ['is missing', undefined],
    ['is too old', oras('1.1.0')],
  ])('builds one when the one on PATH %s: once, announced in one line', async (_name, script) => {
    if (script !== undefined) await program('oras', script);
    await fakeGo(BUILD_ORAS);
    const found = await find({ install: true });
    expect(found).toBe(
      join(dir, '.cache', 'nx-proxy-wasm', 'oras', '1.3.3-go1.25.9-linux-amd64', 'oras'),
    );
    expect(await find({ install: true })).toBe(found);
    expect(await readFile(join(dir, 'builds'), 'utf8')).toBe(
      'install -trimpath oras.land/oras/cmd/oras@v1.3.3\n',
    );
    expect(announced).toHaveLength(1);
    expect(announced[0]).not.toContain('\n');
  });

  it('builds for this machine, with the proxies of the user and without what would spoil the build', async () => {
    await fakeGo(BUILD_ORAS);
    await find({
      install: true,
      env: {
        GOOS: 'wasip1',
        GOARCH: 'wasm',
        GOFLAGS: '-mod=vendor',
        GOPROXY: 'https://proxy.example',
        GOTOOLCHAIN: 'local',
        REGISTRY_PASSWORD: 'hunter2-hunter2',
      },
    });
    const environment = (await readFile(join(dir, 'environment'), 'utf8')).split('\n');
    expect(environment).toEqual(
      expect.arrayContaining([
        'GOOS=linux',
        'GOARCH=amd64',
        'GOFLAGS=-mod=mod',
        'GOPROXY=https://proxy.example',
        'GOTOOLCHAIN=local',
      ]),
    );
    expect(environment.join('\n')).not.toContain('hunter2');
  });

  it('builds once when several ask at the same time', async () => {
    await fakeGo(`sleep 0.3\n${BUILD_ORAS}`);
    const found = await Promise.all([1, 2, 3, 4].map(() => find({ install: true })));
    expect(new Set(found).size).toBe(1);
    expect((await readFile(join(dir, 'builds'), 'utf8')).trim().split('\n')).toHaveLength(1);
  });

  it.each([
    [
      'go is too old and may not fetch another',
      `echo 'go: oras.land/oras/cmd/oras@v1.3.3: oras.land/oras@v1.3.3 requires go >= 1.25.7 (running go 1.25.0; GOTOOLCHAIN=local)' >&2; exit 1`,
      /needs Go 1\.25\.7 or newer; this is go1\.25\.9[^]*GOTOOLCHAIN=auto/,
    ],
    [
      'the build fails',
      `echo 'dial tcp: no route' >&2; exit 1`,
      /could not be built: dial tcp: no route/,
    ],
  ])('explains it when %s, and leaves nothing half-built', async (_name, script, text) => {
    await fakeGo(script);
    const error = await failure(find({ install: true }));
    expect(error.errorClass).toBe('missing-tool');
    expect(error.message).toMatch(text);
    const left = await readdir(join(dir, '.cache', 'nx-proxy-wasm', 'oras'), { recursive: true });
    expect(left).toEqual(['1.3.3-go1.25.9-linux-amd64']);
  });

  it('explains it when there is no go either', async () => {
    const error = await failure(find({ install: true, env: { PATH: bin } }));
    expect(error.errorClass).toBe('missing-tool');
    expect(error.message).toContain('neither was go');
  });
});
