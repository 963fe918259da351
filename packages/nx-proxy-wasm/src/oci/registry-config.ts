import { rmSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { ProxyWasmError, describeError } from '../errors';
import type { Credentials } from './credentials';
import { credentialKey } from './docker-config';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Folders that hold a secret right now. They go when their work is done, and when the process is told to end. */
const live = new Set<string>();

/**
 * Runs `use` with the path of a docker-style configuration file that holds exactly the given credentials for
 * one registry (none for anonymous, so that oras does not look elsewhere): mode 0600 in a folder of mode 0700.
 * The folder is removed when `use` is done, however it ends, and on SIGINT, SIGTERM, SIGHUP and exit.
 *
 * @throws what `use` throws; ProxyWasmError `bad-input` when the temporary folder cannot be written
 */
export async function withRegistryConfig<Result>(
  credentials: Credentials,
  registryHost: string,
  use: (configFile: string) => Promise<Result>,
): Promise<Result> {
  let dir: string | undefined;
  try {
    let file: string;
    try {
      // mkdtemp creates the folder with mode 0700.
      dir = await mkdtemp(join(tmpdir(), 'nx-proxy-wasm-'));
      guard(dir);
      file = join(dir, 'config.json');
      await writeFile(file, configText(credentials, registryHost), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      throw new ProxyWasmError('bad-input', `cannot be written: ${describeError(error)}`, {
        subject: tmpdir(),
        remedy: 'Make the temporary folder writable, or name another one in TMPDIR.',
        cause: error,
      });
    }
    return await use(file);
  } finally {
    if (dir !== undefined) {
      await rm(dir, { recursive: true, force: true });
      release(dir);
    }
  }
}

/** @see https://github.com/docker/cli/blob/v28.0.0/cli/config/types/authconfig.go */
function configText(credentials: Credentials, registryHost: string): string {
  const key = credentialKey(registryHost);
  switch (credentials.kind) {
    case 'anonymous':
      return '{}';
    case 'basic': {
      const auth = Buffer.from(`${credentials.username}:${credentials.password}`).toString(
        'base64',
      );
      return JSON.stringify({ auths: { [key]: { auth } } });
    }
    case 'identity-token':
      return JSON.stringify({ auths: { [key]: { identitytoken: credentials.token } } });
  }
}

function guard(dir: string): void {
  live.add(dir);
  if (live.size > 1) return;
  process.on('exit', removeLive);
  // First in line, so that other listeners that count themselves (the signal-exit package) see us gone.
  for (const signal of SIGNALS) process.prependListener(signal, onSignal);
}

function release(dir: string): void {
  live.delete(dir);
  if (live.size === 0) unguard();
}

function unguard(): void {
  process.off('exit', removeLive);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

function onSignal(signal: NodeJS.Signals): void {
  removeLive();
  unguard();
  // A listener takes away the signal's own effect: give it back, unless somebody else handles it too.
  if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
}

function removeLive(): void {
  for (const dir of live) rmSync(dir, { recursive: true, force: true });
  live.clear();
}
