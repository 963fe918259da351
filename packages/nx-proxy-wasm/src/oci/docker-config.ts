import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { ProxyWasmError } from '../errors';
import { run } from '../process';
import { type Credentials, type Environment } from './credentials';

/** Docker Hub has three names; logins are filed under this one (docker/cli `cli/config/credentials`). */
const DOCKER_HUB_KEY = 'https://index.docker.io/v1/';
const DOCKER_HUB_HOSTS: readonly string[] = [
  'docker.io',
  'index.docker.io',
  'registry-1.docker.io',
];

const HELPER_TIMEOUT_MS = 30_000;
/** What a helper says when it simply has no entry (docker/docker-credential-helpers `credentials/error.go`). */
const HELPER_NOT_FOUND = 'credentials not found';
const USE_VARIABLES = 'or set REGISTRY_USERNAME and REGISTRY_PASSWORD instead';

/** The name under which docker, oras and credential helpers file the login of a registry. */
export function credentialKey(registryHost: string): string {
  return DOCKER_HUB_HOSTS.includes(registryHost) ? DOCKER_HUB_KEY : registryHost;
}

/**
 * Credentials for one registry out of the docker configuration: `$DOCKER_CONFIG/config.json`, else
 * `~/.docker/config.json`. A helper (`credHelpers`, then `credsStore`) is asked first, as docker does, then
 * `auths`. A registry is matched by its exact host and port. No file and no entry mean anonymous.
 *
 * @throws ProxyWasmError `bad-input`, `missing-tool`, `authentication`. Texts never quote the file: it holds secrets.
 * @see https://docs.docker.com/reference/cli/docker/login/#credential-stores
 */
export async function dockerConfigCredentials(
  registryHost: string,
  env: Environment,
): Promise<Credentials> {
  const file = join(dockerConfigDir(env), 'config.json');
  const config = await readConfig(file);
  const key = credentialKey(registryHost);
  const helper =
    textAt(recordAt(config, 'credHelpers'), key) ??
    textAt(recordAt(config, 'credHelpers'), registryHost) ??
    textAt(config, 'credsStore');
  if (helper !== undefined) {
    const found = await askHelper(helper, key, file, env);
    if (found !== undefined) return found;
  }
  return authsEntry(recordAt(config, 'auths'), key, file) ?? { kind: 'anonymous' };
}

function dockerConfigDir(env: Environment): string {
  const dir = env['DOCKER_CONFIG'];
  if (dir !== undefined && dir !== '') return dir;
  return join(env['HOME'] ?? env['USERPROFILE'] ?? homedir(), '.docker');
}

async function readConfig(file: string): Promise<Record<string, unknown>> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') return {};
    throw badConfig(file, `cannot be read (${code ?? 'unknown error'})`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // The parser's message quotes the text, and the text holds passwords: no message, no cause.
    throw badConfig(file, 'is not valid JSON');
  }
  if (!isRecord(value)) throw badConfig(file, 'is not a JSON object');
  return value;
}

function authsEntry(
  auths: Record<string, unknown>,
  key: string,
  file: string,
): Credentials | undefined {
  const name = Object.hasOwn(auths, key)
    ? key
    : // Old clients filed a login under the URL of the API instead of the host.
      Object.keys(auths).find((entry) => /^https?:\/\/([^/]+)/.exec(entry)?.[1] === key);
  if (name === undefined) return undefined;
  const entry = recordAt(auths, name);

  const token = textAt(entry, 'identitytoken');
  if (token !== undefined) return { kind: 'identity-token', token };
  const auth = textAt(entry, 'auth');
  if (auth === undefined) {
    const username = textAt(entry, 'username');
    const password = textAt(entry, 'password');
    return username === undefined || password === undefined
      ? undefined
      : { kind: 'basic', username, password };
  }
  // docker pads the decoded text with NUL bytes in some versions and trims them itself.
  const decoded = Buffer.from(auth, 'base64').toString('utf8').replace(/\0+$/, '');
  const colon = decoded.indexOf(':');
  if (colon < 1) {
    throw badConfig(file, `has an entry for ${name} whose "auth" is not base64 of user:password`);
  }
  return {
    kind: 'basic',
    username: decoded.slice(0, colon),
    password: decoded.slice(colon + 1),
  };
}

/** @see https://github.com/docker/docker-credential-helpers/blob/v0.9.5/README.md#development */
async function askHelper(
  name: string,
  key: string,
  file: string,
  env: Environment,
): Promise<Credentials | undefined> {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    throw badConfig(file, 'names a credential helper that is no plain program name');
  }
  const program = `docker-credential-${name}`;
  const result = await run(program, ['get'], {
    cwd: process.cwd(),
    env,
    input: key,
    timeoutMs: HELPER_TIMEOUT_MS,
  });
  if (result.notStarted) {
    throw new ProxyWasmError('missing-tool', `${program}, which the file names, was not found`, {
      subject: file,
      remedy: `Install ${program} on PATH, remove it from the file, ${USE_VARIABLES}.`,
    });
  }
  if (result.exitCode !== 0) {
    // Helpers print the reason on standard output.
    if (`${result.stdout}${result.stderr}`.toLowerCase().includes(HELPER_NOT_FOUND)) {
      return undefined;
    }
    const how = result.timedOut
      ? `gave no answer within ${HELPER_TIMEOUT_MS / 1000} seconds`
      : `failed (exit status ${result.exitCode ?? 'none'})`;
    throw helperError(program, key, how);
  }
  let answer: unknown;
  try {
    answer = JSON.parse(result.stdout);
  } catch {
    throw helperError(program, key, 'gave an answer that is not JSON');
  }
  const username = isRecord(answer) ? textAt(answer, 'Username') : undefined;
  const secret = isRecord(answer) ? textAt(answer, 'Secret') : undefined;
  if (secret === undefined) return undefined;
  return username === undefined || username === '<token>'
    ? { kind: 'identity-token', token: secret }
    : { kind: 'basic', username, password: secret };
}

function helperError(program: string, key: string, how: string): ProxyWasmError {
  return new ProxyWasmError('authentication', `${program} ${how}`, {
    subject: key,
    remedy: `Run "${program} get" with ${key} on standard input to see why, log in again, ${USE_VARIABLES}.`,
  });
}

function badConfig(file: string, reason: string): ProxyWasmError {
  return new ProxyWasmError('bad-input', reason, {
    subject: file,
    remedy: `Repair the file (docker login writes it), ${USE_VARIABLES}.`,
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function recordAt(record: Record<string, unknown>, key: string): Record<string, unknown> {
  const value = Object.hasOwn(record, key) ? record[key] : undefined;
  return isRecord(value) ? value : {};
}

/** A non-empty text, or undefined: docker treats an empty value as not set. */
function textAt(record: Record<string, unknown>, key: string): string | undefined {
  const value = Object.hasOwn(record, key) ? record[key] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}
