import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { withLock } from '../../packages/nx-proxy-wasm/src/oci/lock';
import { userCacheDir } from '../../packages/nx-proxy-wasm/src/oci/user-cache';
import { run } from '../../packages/nx-proxy-wasm/src/process';

const BUILD_TIMEOUT_MS = 15 * 60_000;
const SUFFIX = process.platform === 'win32' ? '.exe' : '';

/** Paths of the programs that the tests publish with and to. */
export interface PinnedTools {
  readonly oras: string;
  /** The registry of the CNCF distribution project. */
  readonly registry: string;
}

/**
 * The tools that go.mod here pins. They are built once per machine, into a folder of the user's cache named by
 * go.mod, go.sum and the Go version; any number of test processes may ask at once.
 * @throws Error with the output of go when the build fails
 */
export async function pinnedTools(): Promise<PinnedTools> {
  const dir = join(userCacheDir(process.env, process.platform), 'test-tools', await key());
  const bin = join(dir, 'bin');
  const tools = { oras: join(bin, `oras${SUFFIX}`), registry: join(bin, `registry${SUFFIX}`) };
  if (await exists(bin)) return tools;
  return withLock(dir, BUILD_TIMEOUT_MS, async () => {
    if (!(await exists(bin))) await build(dir, bin);
    return tools;
  });
}

async function key(): Promise<string> {
  const hash = createHash('sha256');
  for (const name of ['go.mod', 'go.sum']) {
    // A length keeps two files from being taken for one.
    const bytes = await readFile(join(__dirname, name));
    hash.update(`${name} ${bytes.length}\n`).update(bytes);
  }
  hash.update(await go(['env', 'GOVERSION', 'GOHOSTOS', 'GOHOSTARCH']));
  return hash.digest('hex').slice(0, 16);
}

async function build(dir: string, bin: string): Promise<void> {
  console.log(`building oras and the test registry into ${dir} (a minute or two, once)`);
  await mkdir(dir, { recursive: true });
  const fresh = await mkdtemp(join(dir, 'build-'));
  try {
    await go(['build', '-trimpath', '-o', `${fresh}/`, 'tool']);
    await rename(fresh, bin);
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
}

async function go(args: readonly string[]): Promise<string> {
  const result = await run('go', args, {
    cwd: __dirname,
    env: {
      ...process.env,
      GOFLAGS: '-mod=readonly',
      GOWORK: 'off',
      CGO_ENABLED: '0',
      GOOS: undefined,
      GOARCH: undefined,
    },
    timeoutMs: BUILD_TIMEOUT_MS,
  });
  if (result.exitCode === 0) return result.stdout;
  throw new Error(`go ${args.join(' ')} failed in ${__dirname}:\n${result.stderr}`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
