import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';

import { describeError, ProxyWasmError } from '../errors';
import { run } from '../process';
import { type Environment, PASSWORD_VARIABLE } from './credentials';
import { withLock } from './lock';
import { orasEnvironment } from './oras';
import { shorten } from './registry-error';
import { userCacheDir } from './user-cache';

/** Names the oras to use, for machines where it is not on PATH. */
const ORAS_VARIABLE = 'NX_PROXY_WASM_ORAS';

const ORAS_MODULE = 'oras.land/oras/cmd/oras';
const ORAS_VERSION = '1.3.3';
/** The `go` line of that version's go.mod. */
const ORAS_NEEDS_GO = '1.25.7';
const INSTALL_COMMAND = `go install ${ORAS_MODULE}@v${ORAS_VERSION}`;
/** The oldest version with the flags we use. */
const MINIMUM: Version = [1, 2, 0];

const VERSION_TIMEOUT_MS = 30_000;
const BUILD_TIMEOUT_MS = 15 * 60_000;

type Version = readonly [major: number, minor: number, patch: number];

/** Where to look for oras, and whether it may be built. */
export interface FindOras {
  /** The program as the user named it; wins over everything. */
  readonly orasPath?: string;
  readonly env: Environment;
  /** Whether it may be built when there is none. */
  readonly install: boolean;
  /** Told in one line before a build, which takes a minute. */
  readonly announce: (line: string) => void;
}

/**
 * Finds oras 1.2.0 or newer: the one named by the option or `NX_PROXY_WASM_ORAS`, else `oras` on PATH, else one
 * built by `go install` from its pinned module (checked by Go's checksum database) into the user's cache, once.
 * @returns what to start: a path, or `oras`
 * @throws ProxyWasmError `missing-tool` when the named one does not work, or there is none and none can be built
 */
export async function findOras({ orasPath, env, install, announce }: FindOras): Promise<string> {
  const named = orasPath ?? env[ORAS_VARIABLE] ?? '';
  if (named !== '') {
    const answer = await askVersion(named, env);
    if (answer.kind === 'usable') return named;
    throw missing(`cannot be used: ${answer.why}`, {
      subject: named,
      remedy: `Name oras ${MINIMUM.join('.')} or newer in the option or in ${ORAS_VARIABLE}, or neither.`,
    });
  }
  const onPath = await askVersion('oras', env);
  if (onPath.kind === 'usable') return 'oras';
  if (!install) {
    throw missing(`the oras program is needed to publish to a registry: ${onPath.why}`, {
      remedy: `Type: ${INSTALL_COMMAND}`,
    });
  }
  return installed(env, announce);
}

/**
 * Reads the answer of `oras version`. Builds may append `+metadata` or leave out the patch number.
 * @returns undefined when the text is not one of oras
 */
export function parseOrasVersion(output: string): Version | undefined {
  const match = /^\s*Version:\s*v?(\d{1,5})\.(\d{1,5})(?:\.(\d{1,5}))?(?![\d.])/m.exec(output);
  if (match === null) return undefined;
  return [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
}

type VersionAnswer = { kind: 'usable' } | { kind: 'unusable'; why: string };

async function askVersion(program: string, env: Environment): Promise<VersionAnswer> {
  const result = await run(program, ['version'], {
    cwd: process.cwd(),
    env: orasEnvironment(env),
    timeoutMs: VERSION_TIMEOUT_MS,
  });
  if (result.notStarted) return { kind: 'unusable', why: 'it was not found' };
  const version = result.exitCode === 0 ? parseOrasVersion(result.stdout) : undefined;
  if (version === undefined) {
    return { kind: 'unusable', why: '"oras version" does not answer as oras does' };
  }
  return isOlder(version, MINIMUM)
    ? {
        kind: 'unusable',
        why: `its version ${version.join('.')} is older than ${MINIMUM.join('.')}`,
      }
    : { kind: 'usable' };
}

function isOlder(version: Version, than: Version): boolean {
  const at = version.findIndex((part, index) => part !== than[index]);
  return at !== -1 && (version[at] ?? 0) < (than[at] ?? 0);
}

interface Go {
  readonly version: string;
  readonly hostOs: string;
  readonly hostArch: string;
}

async function installed(env: Environment, announce: (line: string) => void): Promise<string> {
  const cache = join(userCacheDir(env, process.platform), 'oras');
  try {
    await mkdir(cache, { recursive: true });
  } catch (error) {
    throw missing(`oras cannot be built: ${describeError(error)}`, {
      subject: cache,
      remedy: `Make this folder writable, or type: ${INSTALL_COMMAND}`,
    });
  }
  const go = await askGo(cache, env);
  const dir = join(cache, `${ORAS_VERSION}-${go.version}-${go.hostOs}-${go.hostArch}`);
  const program = join(dir, go.hostOs === 'windows' ? 'oras.exe' : 'oras');
  if ((await askVersion(program, env)).kind === 'usable') return program;
  // Several tasks may come here at once: one builds, the others wait for it.
  return withLock(dir, BUILD_TIMEOUT_MS, async () => {
    if ((await askVersion(program, env)).kind === 'usable') return program;
    announce(
      `oras was not found; building ${ORAS_VERSION} into ${dir} (about a minute, once; ${ORAS_VARIABLE} names your own).`,
    );
    await build(dir, program, go, env);
    return program;
  });
}

async function askGo(cwd: string, env: Environment): Promise<Go> {
  const result = await run('go', ['env', 'GOVERSION', 'GOHOSTOS', 'GOHOSTARCH'], {
    cwd,
    env: goEnvironment(env),
    timeoutMs: VERSION_TIMEOUT_MS,
  });
  const [version = '', hostOs = '', hostArch = ''] = result.stdout.split(/\r?\n/);
  // They become a folder name.
  if (result.exitCode === 0 && [version, hostOs, hostArch].every((t) => /^[\w.+-]+$/.test(t))) {
    return { version, hostOs, hostArch };
  }
  throw missing(
    result.notStarted
      ? 'oras was not found, and neither was go to build it'
      : `oras was not found, and go does not work: ${shorten(result.stderr)}`,
    {
      remedy: `Install Go ${ORAS_NEEDS_GO} or newer, or oras from https://oras.land/docs/installation, or name it in ${ORAS_VARIABLE}.`,
    },
  );
}

async function build(dir: string, program: string, go: Go, env: Environment): Promise<void> {
  const fresh = await mkdtemp(join(dir, 'build-'));
  try {
    const result = await run('go', ['install', '-trimpath', `${ORAS_MODULE}@v${ORAS_VERSION}`], {
      // No go.mod is above it, so no module of the user's decides anything.
      cwd: fresh,
      env: {
        ...goEnvironment(env),
        GOBIN: fresh,
        // An exported GOOS=wasip1 would build an oras that does not run here.
        GOOS: go.hostOs,
        GOARCH: go.hostArch,
      },
      timeoutMs: BUILD_TIMEOUT_MS,
    });
    if (result.exitCode !== 0) throw buildError(result.stderr, result.timedOut, go);
    // On one file system, so that a program is there whole or not at all.
    await rename(join(fresh, basename(program)), program);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

/**
 * The user's environment (proxies, GOPROXY, GOPRIVATE, GOTOOLCHAIN, caches) with what would spoil this build set
 * to fixed values. An empty GOFLAGS would not do: `go env -w` values come through it.
 */
function goEnvironment(env: Environment): Environment {
  return {
    ...env,
    [PASSWORD_VARIABLE]: undefined,
    GOFLAGS: '-mod=mod',
    GOWORK: 'off',
    GO111MODULE: 'on',
    // No C compiler is needed, and nothing of the system gets linked.
    CGO_ENABLED: '0',
  };
}

function buildError(stderr: string, timedOut: boolean, go: Go): ProxyWasmError {
  if (stderr.includes('requires go >= ')) {
    return missing(
      `oras ${ORAS_VERSION} needs Go ${ORAS_NEEDS_GO} or newer; this is ${go.version}, and GOTOOLCHAIN=local keeps it from fetching another`,
      {
        remedy: `Set GOTOOLCHAIN=auto for this build, install a newer Go, or name an oras of your own in ${ORAS_VARIABLE}.`,
      },
    );
  }
  const why = timedOut ? `not done after ${BUILD_TIMEOUT_MS / 60_000} minutes` : shorten(stderr);
  return missing(`oras could not be built: ${why}`, {
    remedy: `Type ${INSTALL_COMMAND} to see more, or name an oras of your own in ${ORAS_VARIABLE}.`,
  });
}

function missing(reason: string, facts: { subject?: string; remedy: string }): ProxyWasmError {
  return new ProxyWasmError('missing-tool', reason, facts);
}
