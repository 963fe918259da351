import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** The root of this repository. */
export const REPOSITORY = resolve(__dirname, '..', '..');

/** Where `nx build nx-proxy-wasm` leaves the package. */
export const BUILT_PACKAGE = join(REPOSITORY, 'dist', 'packages', 'nx-proxy-wasm');

/** Nx's program, to be started with Node. */
export const NX = join(REPOSITORY, 'node_modules', 'nx', 'dist', 'bin', 'nx.js');

/** How a command ended. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A workspace in a temporary directory, with caches of its own and nothing inherited from this one. */
export interface TestWorkspace {
  /** Absolute path of the workspace root. */
  readonly root: string;
  /** Environment of the commands; a test may change it. */
  readonly env: Record<string, string>;
  /** Writes files by workspace-relative path. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  nx(...args: string[]): Promise<CommandResult>;
  git(...args: string[]): Promise<CommandResult>;
  /** `git add --all` and a commit. */
  commit(message: string): Promise<void>;
  remove(): Promise<void>;
}

/** An environment for child processes: this one without Nx's variables, and no daemon or shared cache. */
export function isolatedEnvironment(base: string): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    const inherited =
      !/^(NX_|VITEST|REGISTRY_|DOCKER_CONFIG$|NODE_ENV$|FORCE_COLOR$|WASM_FILE_PATH$)/.test(name);
    if (value !== undefined && inherited) env[name] = value;
  }
  return {
    ...env,
    NX_DAEMON: 'false',
    NX_CACHE_DIRECTORY: join(base, 'nx-cache'),
    NX_WORKSPACE_DATA_DIRECTORY: join(base, 'nx-data'),
    CI: 'true',
    NO_COLOR: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'Test',
    GIT_AUTHOR_EMAIL: 'test@example.com',
    GIT_COMMITTER_NAME: 'Test',
    GIT_COMMITTER_EMAIL: 'test@example.com',
  };
}

/**
 * Makes an empty workspace that has the built package in node_modules, as a user's would.
 *
 * @param options.directory path of the workspace below the temporary directory (default `workspace`)
 */
export async function createWorkspace(
  options: { readonly directory?: string } = {},
): Promise<TestWorkspace> {
  const base = await mkdtemp(join(tmpdir(), 'nx-proxy-wasm-'));
  const root = join(base, options.directory ?? 'workspace');
  await mkdir(root, { recursive: true });
  await linkModules(root);
  const env = isolatedEnvironment(base);
  const workspace: TestWorkspace = {
    root,
    env,
    write: (files) => writeFiles(root, files),
    nx: (...args) => runCommand(process.execPath, [NX, ...args], root, env),
    git: (...args) => runCommand('git', args, root, env),
    commit: async (message) => {
      await succeed(workspace.git('add', '--all'));
      await succeed(workspace.git('commit', '--quiet', '--allow-empty', '-m', message));
    },
    remove: () => rm(base, { recursive: true, force: true, maxRetries: 3 }),
  };
  await workspace.write({
    'package.json': '{ "name": "workspace", "version": "0.0.0", "private": true }\n',
    'nx.json': `${JSON.stringify({ analytics: false, neverConnectToCloud: true, defaultBase: 'main', plugins: ['nx-proxy-wasm'] }, undefined, 2)}\n`,
    '.gitignore': 'node_modules\ndist/\n.nx/\n',
  });
  return workspace;
}

/** Copies this repository's sample plugins, or some paths below `plugins/wasm-go/`, into a workspace. */
export async function copySamples(
  root: string,
  paths: readonly string[] = ['.'],
  to = 'plugins/wasm-go',
): Promise<void> {
  for (const path of paths) {
    await cp(join(REPOSITORY, 'plugins', 'wasm-go', path), join(root, to, path), {
      recursive: true,
    });
  }
}

/** Runs a program to its end; a failure is a result. */
export function runCommand(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<CommandResult> {
  return new Promise((done) => {
    execFile(program, args, { cwd, env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const exitCode = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      done({ exitCode, stdout, stderr });
    });
  });
}

/** The result of a command that must succeed; what it printed otherwise. */
export async function succeed(result: Promise<CommandResult>): Promise<CommandResult> {
  const settled = await result;
  if (settled.exitCode === 0) return settled;
  throw new Error(`exit ${settled.exitCode}\n${settled.stdout}\n${settled.stderr}`);
}

/** A node_modules of links: everything of this repository's, and the built package in place of its source. */
async function linkModules(root: string): Promise<void> {
  const modules = join(root, 'node_modules');
  await mkdir(modules);
  for (const name of await readdir(join(REPOSITORY, 'node_modules'))) {
    if (name === 'nx-proxy-wasm' || name.startsWith('.package-lock')) continue;
    await symlink(join(REPOSITORY, 'node_modules', name), join(modules, name));
  }
  await symlink(BUILT_PACKAGE, join(modules, 'nx-proxy-wasm'));
}

async function writeFiles(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}
