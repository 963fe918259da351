import { parse } from 'node:path';
import { ProxyWasmError } from '../errors';
import { run } from '../process';
import { TRANSPORT_VARIABLES } from './build-command';

/** The first Go that builds reactor modules: `-buildmode=c-shared` for wasip1 and `//go:wasmexport`. */
const MINIMUM = { major: 1, minor: 24 } as const;

/**
 * The settings of the Go installation that a build needs, as `go env -json` tells them: environment, the
 * user's env file and defaults combined. Asked from the file system root, where no go.mod selects another
 * toolchain, and by name, because for the whole list Go makes a temporary directory.
 *
 * @throws ProxyWasmError `missing-tool` when go is not on PATH or older than 1.24
 */
export async function readGoEnvironment(
  processEnv: Readonly<Record<string, string | undefined>>,
): Promise<Readonly<Record<string, string>>> {
  const { root } = parse(process.cwd());
  const answer = await run('go', ['env', '-json', 'GOVERSION', ...TRANSPORT_VARIABLES], {
    cwd: root,
    env: processEnv,
  });
  if (answer.notStarted) {
    throw goNotFound('Go');
  }
  if (answer.exitCode !== 0) {
    throw new ProxyWasmError('missing-tool', `go env failed: ${answer.stderr.trim()}`, {
      subject: 'Go',
      remedy: 'Check the Go installation: "go env" must work on its own.',
    });
  }
  const environment = JSON.parse(answer.stdout) as Readonly<Record<string, string>>;
  checkVersion(environment['GOVERSION'] ?? '');
  return environment;
}

/** The error for a go command that could not be started; `subject` names what it was needed for. */
export function goNotFound(subject: string): ProxyWasmError {
  return new ProxyWasmError('missing-tool', 'go was not found on PATH', {
    subject,
    remedy:
      'Install Go 1.24 or newer (https://go.dev/dl/) and make sure that its bin directory is on PATH.',
  });
}

function checkVersion(version: string): void {
  const match = /^go(\d+)\.(\d+)/.exec(version);
  // A development build ("devel go1.27-…") has no release number and is taken as new.
  if (match === null) return;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  if (major > MINIMUM.major || (major === MINIMUM.major && minor >= MINIMUM.minor)) return;
  throw new ProxyWasmError('missing-tool', `${version} is too old to build gateway plugins`, {
    subject: 'Go',
    remedy: 'Install Go 1.24 or newer (https://go.dev/dl/), or set GOTOOLCHAIN=auto.',
  });
}
