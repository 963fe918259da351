import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { ProxyWasmError } from '../../errors';
import { formatSize } from '../../format-size';
import { buildArguments, buildEnvironment } from '../../go/build-command';
import { buildRemedy, foldBuildOutput } from '../../go/build-output';
import { loadClosure, type PackageClosure } from '../../go/closure';
import { readGoEnvironment } from '../../go/go-command';
import { openSourceTree } from '../../go/source-tree';
import { requiredToolchain, selectToolchain } from '../../go/toolchain';
import { sha256Digest } from '../../oci/digest';
import { run } from '../../process';
import { HOST_PROFILES } from '../../wasm/host-profile';
import { readModule } from '../../wasm/module';
import { formatVerdict, judgeModule } from '../../wasm/verdict';
import { outputPaths } from '../../graph/output-paths';
import { type PluginTask, type TaskReport, type TaskWith, withOptions } from '../task-batch';
import { type BuildWasmOptions, buildWasmOptions } from './options';
import { createWarmUp } from './warm-up';
import { withWorkFiles } from './work-files';

/**
 * Prepares to build any number of plugins with one Go installation.
 *
 * @param signal ends running builds and removes what they have written
 * @returns a function that builds and judges one plugin; it throws ProxyWasmError when it cannot be built
 *   (`build-failed`, with Go's own words) or would be refused by the gateway (`verification-failed`)
 */
export function createBuilder(
  processEnv: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): (task: PluginTask) => Promise<TaskReport> {
  const warmUp = createWarmUp();
  let goEnvironment: ReturnType<typeof readGoEnvironment> | undefined;

  return async (given) => {
    const task = withOptions<BuildWasmOptions>(given, buildWasmOptions);
    if (signal.aborted) throw interrupted(task);
    goEnvironment ??= readGoEnvironment(processEnv);
    const goEnv = await goEnvironment;
    const closure = readClosure(task, processEnv['GOWORK']);
    const output = outputPaths(task.workspaceRoot, task.root).wasm;
    // A module of an earlier run must not be mistaken for the result of a build that failed.
    await rm(output, { force: true });
    await mkdir(dirname(output), { recursive: true });
    return withWorkFiles(output, temporaryDirectory(goEnv), async ({ directory, draft }) => {
      const gowork = workFileOf(task, closure);
      const env = { ...buildEnvironment(processEnv, goEnv, gowork), GOTMPDIR: directory };
      await warmUp(toolchainOf(closure, goEnv), () => compile(task, closure, draft, env, signal));
      const text = await judge(task, draft);
      await rename(draft, output);
      return { success: true, text };
    });
  };
}

function readClosure(task: TaskWith<BuildWasmOptions>, gowork: string | undefined): PackageClosure {
  const closure = loadClosure(openSourceTree(task.workspaceRoot), task.root, {
    tags: [],
    gowork,
  });
  if (closure !== undefined) return closure;
  throw new ProxyWasmError('bad-input', 'no go.mod in this directory or above it', {
    subject: task.root,
    remedy: 'Run "go mod init <module path>" in the plugin directory and commit go.mod and go.sum.',
  });
}

/** Where the go command would put its temporary files. */
function temporaryDirectory({ GOTMPDIR = '' }: Readonly<Record<string, string>>): string {
  return GOTMPDIR === '' ? tmpdir() : GOTMPDIR;
}

/** The value of GOWORK that makes the go command see what the project graph saw. */
function workFileOf(task: TaskWith<BuildWasmOptions>, { workFile }: PackageClosure): string {
  return workFile === undefined ? 'off' : resolve(task.workspaceRoot, workFile.file);
}

/** The toolchain that builds the module: builds share cached compilations only within one. */
function toolchainOf(closure: PackageClosure, goEnv: Readonly<Record<string, string>>): string {
  const selection = selectToolchain({
    ...requiredToolchain(closure.mainModule.goMod, closure.workFile),
    setting: goEnv['GOTOOLCHAIN'] ?? 'local',
    local: goEnv['GOVERSION'] ?? '',
  });
  // Where none may be used, Go's own words are the better message: the build says them.
  return 'refused' in selection ? '' : selection.version;
}

async function compile(
  task: TaskWith<BuildWasmOptions>,
  closure: PackageClosure,
  output: string,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  const result = await run('go', buildArguments({ output, vendored: closure.vendored }), {
    cwd: join(task.workspaceRoot, task.root),
    env,
    signal,
  });
  if (result.exitCode === 0) return;
  if (result.cancelled) {
    throw interrupted(task);
  }
  const modulePaths = closure.mainModule.goMod.requires.map(({ path }) => path);
  const remedy = buildRemedy(result.stderr);
  throw new ProxyWasmError(
    'build-failed',
    `go build failed\n${foldBuildOutput(result.stderr, modulePaths)}`,
    {
      subject: task.project,
      ...(remedy === undefined ? {} : { remedy }),
    },
  );
}

function interrupted({ project }: TaskWith<BuildWasmOptions>): ProxyWasmError {
  return new ProxyWasmError('build-failed', 'the build was interrupted', { subject: project });
}

/** Judges the built module and says what it is, or throws when the gateway would refuse it. */
async function judge(task: TaskWith<BuildWasmOptions>, file: string): Promise<string> {
  const bytes = await readFile(file);
  const profile = HOST_PROFILES[task.options.profile ?? 'higress'];
  const module = readModule(bytes, task.project);
  const verdict = judgeModule(module, profile);
  const report = formatVerdict(verdict, task.project, profile);
  if (!verdict.accepted) throw new ProxyWasmError('verification-failed', report);
  return [
    ...(verdict.warnings.length > 0 ? [report] : []),
    `${task.project}: built for ${profile.title}, ${formatSize(bytes.length)}, ${sha256Digest(bytes)}`,
  ].join('\n');
}
