import { ProxyWasmError } from '../errors';
import { run, type RunResult } from '../process';
import { type Environment } from './credentials';
import { redact } from './redact';
import { shorten } from './registry-error';

/** What a child of ours may see of the environment: where things are, proxies and authorities, no secrets. */
const PASSED_ON: readonly string[] = [
  'PATH',
  'HOME',
  'TMPDIR',
  'TEMP',
  'TMP',
  'SystemRoot',
  'USERPROFILE',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
];

/** oras says why in words; only a bare status has a number. */
const REFUSED =
  /status code 40[13]\b|\bunauthorized\b|\bdenied\b|\bforbidden\b|authentication required|credential not found/i;

/** A copy from an OCI image layout to a registry. */
export interface Copy {
  readonly layoutDir: string;
  /** Digest of a manifest that the layout's index names. */
  readonly digest: string;
  /** `host/repository:tag` */
  readonly reference: string;
  readonly plainHttp: boolean;
  /** A docker-style configuration file with the credentials. */
  readonly configFile: string;
}

/** How oras is run. */
export interface OrasRun {
  /** The program, see {@link findOras}. */
  readonly oras: string;
  readonly env: Environment;
  /** Milliseconds for the whole copy; oras itself waits for ever. */
  readonly timeoutMs: number;
  /** What must not be seen in error texts. */
  readonly secrets: readonly string[];
}

/**
 * Arguments of `oras cp` from a layout to a registry; the working directory must be the layout, because a path
 * in the reference could hold a `:` or an `@`. Flags are those that oras 1.2 and 1.3 share.
 * @see https://oras.land/docs/commands/oras_cp
 */
export function copyArguments(copy: Omit<Copy, 'layoutDir'>): readonly string[] {
  return [
    'cp',
    '--from-oci-layout',
    // Said in either case: without the flag oras decides by the host name.
    `--to-plain-http=${copy.plainHttp}`,
    '--to-registry-config',
    copy.configFile,
    '--no-tty',
    '--',
    `.@${copy.digest}`,
    copy.reference,
  ];
}

/** The part of the environment that oras gets. */
export function orasEnvironment(env: Environment): Environment {
  return Object.fromEntries(PASSED_ON.map((name) => [name, env[name]]));
}

/**
 * Copies an artifact into a registry with oras. It overwrites whatever the tag named. A failure does not mean
 * that nothing was written: the answer to the last request may have been lost.
 * @throws ProxyWasmError `authentication`, `registry-unavailable`, `missing-tool`
 */
export async function copyToRegistry(copy: Copy, orasRun: OrasRun): Promise<void> {
  const result = await run(orasRun.oras, copyArguments(copy), {
    cwd: copy.layoutDir,
    env: orasEnvironment(orasRun.env),
    timeoutMs: orasRun.timeoutMs,
  });
  if (result.exitCode === 0 && !result.timedOut) return;
  throw copyError(result, copy.reference, orasRun);
}

function copyError(result: RunResult, reference: string, { oras, timeoutMs, secrets }: OrasRun) {
  if (result.notStarted) {
    return new ProxyWasmError('missing-tool', `${oras} could not be started`, {
      subject: reference,
      remedy: 'Check that the program exists and may be executed.',
    });
  }
  if (result.timedOut) {
    return new ProxyWasmError(
      'registry-unavailable',
      `oras did not finish within ${timeoutMs / 1_000} seconds and was ended`,
      { subject: reference, remedy: 'Check the registry and the network, or try again later.' },
    );
  }
  const words = readableError(result.stderr, secrets);
  return REFUSED.test(words)
    ? new ProxyWasmError('authentication', `the registry refused the upload: ${words}`, {
        subject: reference,
        remedy:
          'Set REGISTRY_USERNAME and REGISTRY_PASSWORD, or log in with docker login or oras login; check that the account may write to this repository.',
      })
    : new ProxyWasmError('registry-unavailable', `the upload failed: ${words}`, {
        subject: reference,
        remedy: 'Check the registry and the network, or try again later.',
      });
}

/** What oras printed, fit for a log: no secrets, no upload tokens (the queries of URLs), of sane length. */
function readableError(stderr: string, secrets: readonly string[]): string {
  const clean = redact(stderr, secrets).replace(/(https?:\/\/[^\s"?]+)\?[^\s"]*/g, '$1?…');
  return clean.trim() === '' ? 'oras gave no reason' : shorten(clean);
}
