import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { type Credentials, resolveCredentials } from './credentials';
import { withRegistryConfig } from './registry-config';
import { failure } from './testing/failure';

const HOST = 'registry.example:5000';
const SECRET = 'hunter2-hunter2';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'home-'));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true, force: true });
});

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}

async function dockerConfig(content: unknown): Promise<string> {
  const file = join(home, '.docker', 'config.json');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

/** A credential helper on PATH: a program as small as can be. */
async function helper(name: string, script: string): Promise<void> {
  const file = join(home, `docker-credential-${name}`);
  await writeFile(file, `#!/bin/sh\n${script}\n`);
  await chmod(file, 0o755);
}

function resolve(
  host = HOST,
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Credentials> {
  return resolveCredentials(host, {
    HOME: home,
    PATH: `${home}:${process.env['PATH'] ?? ''}`,
    ...env,
  });
}

describe('resolveCredentials', () => {
  it('is anonymous without variables and without a docker configuration', async () => {
    expect(await resolve()).toEqual({ kind: 'anonymous' });
  });

  it('takes the variables before the docker configuration', async () => {
    await dockerConfig({ auths: { [HOST]: { auth: base64('other:secret') } } });
    expect(await resolve(HOST, { REGISTRY_USERNAME: 'me', REGISTRY_PASSWORD: SECRET })).toEqual({
      kind: 'basic',
      username: 'me',
      password: SECRET,
    });
  });

  it('takes empty variables, as CI systems pass them, for unset ones', async () => {
    await dockerConfig({ auths: { [HOST]: { auth: base64('other:secret') } } });
    const env = { REGISTRY_USERNAME: '', REGISTRY_PASSWORD: '' };
    expect(await resolve(HOST, env)).toMatchObject({ username: 'other' });
  });

  it.each([
    ['REGISTRY_PASSWORD', { REGISTRY_USERNAME: 'me' }],
    ['REGISTRY_PASSWORD', { REGISTRY_USERNAME: 'me', REGISTRY_PASSWORD: '' }],
    ['REGISTRY_USERNAME', { REGISTRY_PASSWORD: SECRET }],
    ['REGISTRY_PASSWORD', { REGISTRY_USERNAME: 'me', REGISTRY_PASSWORD: `${SECRET}\n` }],
    ['REGISTRY_USERNAME', { REGISTRY_USERNAME: 'me:too', REGISTRY_PASSWORD: SECRET }],
  ])('names %s when the variables are %j', async (variable, env) => {
    const error = await failure(resolve(HOST, env));
    expect(error.errorClass).toBe('bad-input');
    expect(error.subject).toBe(variable);
    expect(error.message).not.toContain(SECRET);
  });

  it.each<[string, string, unknown, unknown]>([
    [
      'an entry of the host and port',
      HOST,
      { auths: { [HOST]: { auth: base64(`me:${SECRET}:with:colons`) } } },
      { kind: 'basic', username: 'me', password: `${SECRET}:with:colons` },
    ],
    [
      'no entry of the same host with another port',
      HOST,
      { auths: { 'registry.example': { auth: base64('a:b') } } },
      { kind: 'anonymous' },
    ],
    [
      'no entry of a host that begins alike',
      'registry.example',
      { auths: { 'registry.example.evil': { auth: base64('a:b') } } },
      { kind: 'anonymous' },
    ],
    [
      'no entry of a path below the host',
      HOST,
      { auths: { [`${HOST}/team`]: { auth: base64('a:b') } } },
      { kind: 'anonymous' },
    ],
    [
      'an entry that was filed under a URL',
      HOST,
      { auths: { [`https://${HOST}/v2/`]: { auth: base64('a:b') } } },
      { kind: 'basic', username: 'a', password: 'b' },
    ],
    [
      'the entry of Docker Hub by its own key',
      'docker.io',
      { auths: { 'https://index.docker.io/v1/': { auth: base64('a:b') } } },
      { kind: 'basic', username: 'a', password: 'b' },
    ],
    [
      'an identity token',
      HOST,
      { auths: { [HOST]: { auth: base64('me:'), identitytoken: 'refresh' } } },
      { kind: 'identity-token', token: 'refresh' },
    ],
    [
      'an empty entry, as helpers leave it, for none',
      HOST,
      { auths: { [HOST]: {} } },
      { kind: 'anonymous' },
    ],
    ['no inherited property', 'constructor', { auths: {} }, { kind: 'anonymous' }],
    ['a file without auths', HOST, {}, { kind: 'anonymous' }],
  ])('reads %s', async (_name, host, config, expected) => {
    await dockerConfig(config);
    expect(await resolve(host)).toEqual(expected);
  });

  it('reads the folder that DOCKER_CONFIG names instead of the home folder', async () => {
    await dockerConfig({ auths: { [HOST]: { auth: base64('home:x') } } });
    const other = join(home, 'other');
    await mkdir(other);
    await writeFile(
      join(other, 'config.json'),
      JSON.stringify({ auths: { [HOST]: { auth: base64('other:x') } } }),
    );
    expect(await resolve(HOST, { DOCKER_CONFIG: other })).toMatchObject({ username: 'other' });
  });

  it.each([
    ['is not JSON', `{"auths": {"${HOST}": {"auth": "${SECRET}"`],
    ['is not an object', `["${SECRET}"]`],
    ['has an entry that is no base64 of user:password', { auths: { [HOST]: { auth: SECRET } } }],
    ['names a helper outside PATH', { credsStore: '../../bin/evil' }],
  ])('refuses a configuration that %s, and does not quote it', async (_name, content) => {
    const file = await dockerConfig(content);
    const error = await failure(resolve());
    expect(error.errorClass).toBe('bad-input');
    expect(error.subject).toBe(file);
    expect(`${error.stack ?? ''}${String(error.cause)}`).not.toContain(SECRET);
  });

  it('asks the helper of the host, with the host on standard input', async () => {
    await dockerConfig({ credHelpers: { [HOST]: 'own' }, credsStore: 'other' });
    await helper('own', `read -r host; printf '{"Username":"%s","Secret":"%s"}' "$1-$host" secret`);
    expect(await resolve()).toEqual({
      kind: 'basic',
      username: `get-${HOST}`,
      password: 'secret',
    });
  });

  it('takes a helper that knows no entry for "ask the file"', async () => {
    await dockerConfig({ credsStore: 'empty', auths: { [HOST]: { auth: base64('file:x') } } });
    await helper('empty', `echo 'credentials not found in native keychain'; exit 1`);
    expect(await resolve()).toMatchObject({ username: 'file' });
    expect(await resolve('elsewhere.example')).toEqual({ kind: 'anonymous' });
  });

  it('takes the user name <token> of a helper for an identity token', async () => {
    await dockerConfig({ credsStore: 'token' });
    await helper('token', `printf '{"Username":"<token>","Secret":"refresh"}'`);
    expect(await resolve()).toEqual({ kind: 'identity-token', token: 'refresh' });
  });

  it.each([
    ['is not there', 'missing-tool', undefined],
    ['fails', 'authentication', `echo '${SECRET}' >&2; exit 3`],
    ['answers nonsense', 'authentication', `echo '${SECRET}'`],
  ])('fails when the helper %s', async (_name, errorClass, script) => {
    await dockerConfig({ credsStore: 'broken' });
    if (script !== undefined) await helper('broken', script);
    const error = await failure(resolve());
    expect(error.errorClass).toBe(errorClass);
    expect(error.message).toContain('docker-credential-broken');
    expect(error.message).not.toContain(SECRET);
  });
});

describe('withRegistryConfig', () => {
  const basic: Credentials = { kind: 'basic', username: 'me', password: SECRET };

  it.each<[string, Credentials, string, unknown]>([
    ['a password', basic, HOST, { auths: { [HOST]: { auth: base64(`me:${SECRET}`) } } }],
    [
      'a password for Docker Hub',
      basic,
      'docker.io',
      { auths: { 'https://index.docker.io/v1/': { auth: base64(`me:${SECRET}`) } } },
    ],
    [
      'an identity token',
      { kind: 'identity-token', token: 'refresh' },
      HOST,
      { auths: { [HOST]: { identitytoken: 'refresh' } } },
    ],
    ['nothing for anonymous', { kind: 'anonymous' }, HOST, {}],
  ])('holds %s, for this host and this user only', async (_name, credentials, host, expected) => {
    vi.stubEnv('TMPDIR', home);
    const seen = await withRegistryConfig(credentials, host, async (file) => ({
      config: JSON.parse(await readFile(file, 'utf8')) as unknown,
      modes: [(await stat(file)).mode & 0o777, (await stat(dirname(file))).mode & 0o777],
    }));
    expect(seen).toEqual({ config: expected, modes: [0o600, 0o700] });
    expect(await readdir(home)).toEqual([]);
  });

  it('is removed when the work fails', async () => {
    vi.stubEnv('TMPDIR', home);
    await expect(
      withRegistryConfig(basic, HOST, () => Promise.reject(new Error('the work failed'))),
    ).rejects.toThrow('the work failed');
    expect(await readdir(home)).toEqual([]);
  });

  it('leaves no listeners behind', async () => {
    const count = (): number[] =>
      ['SIGINT', 'SIGTERM', 'SIGHUP', 'exit'].map((name) => process.listenerCount(name));
    const before = count();
    await Promise.all(
      [1, 2, 3].map(() => withRegistryConfig(basic, HOST, (file) => Promise.resolve(file))),
    );
    expect(count()).toEqual(before);
  });

  it('reports a temporary folder that cannot be written', async () => {
    vi.stubEnv('TMPDIR', join(home, 'missing'));
    const error = await failure(withRegistryConfig(basic, HOST, () => Promise.resolve()));
    expect(error.errorClass).toBe('bad-input');
    expect(error.remedy).toContain('TMPDIR');
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'is removed when the process gets %s, which then ends as if there were no listener',
    async (signal) => {
      const child = spawn(
        process.execPath,
        ['-r', '@swc-node/register', join(__dirname, 'testing', 'hold-registry-config.ts')],
        {
          cwd: __dirname,
          env: { ...process.env, TMPDIR: home },
          stdio: ['ignore', 'pipe', 'inherit'],
        },
      );
      const exited = once(child, 'exit');
      const [line] = (await once(child.stdout, 'data')) as [Buffer];
      // It is there until the signal comes.
      expect((await stat(line.toString().trim())).isFile()).toBe(true);
      child.kill(signal);
      expect((await exited)[1]).toBe(signal);
      expect((await readdir(home)).filter((name) => name.startsWith('nx-proxy-wasm-'))).toEqual([]);
    },
  );
});
