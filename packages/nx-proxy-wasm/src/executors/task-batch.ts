import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import { availableParallelism } from 'node:os';
import { describeError } from '../errors';
import { checkOptions, type OptionKinds } from '../option-check';

/** One task as Nx hands it to an executor of this package. */
export interface PluginTask {
  /** `basic-auth:publish-oci`, for messages. */
  readonly id: string;
  /** Project name. */
  readonly project: string;
  /** Project root relative to the workspace, `.` for the workspace root. */
  readonly root: string;
  /** Absolute workspace root. */
  readonly workspaceRoot: string;
  /** As the user wrote them, see {@link withOptions}. */
  readonly options: unknown;
}

/** A task whose options are known to fit; what was not given is absent. */
export type TaskWith<Options> = Omit<PluginTask, 'options'> & {
  readonly options: Partial<Options>;
};

/**
 * Checks the options of a task.
 * @param kinds what each option may hold
 * @throws ProxyWasmError `bad-input`
 */
export function withOptions<Options extends object>(
  task: PluginTask,
  kinds: OptionKinds<Options>,
): TaskWith<Options> {
  return { ...task, options: checkOptions(task.options, kinds, task.id) };
}

/** What a task leaves behind: whether it did its work, and what a reader is told. */
export interface TaskReport {
  readonly success: boolean;
  readonly text: string;
}

/** How Nx wants the result of one task of a batch (`BatchExecutorTaskResult`; times in milliseconds). */
export interface BatchItem {
  readonly task: string;
  readonly result: {
    readonly success: boolean;
    readonly terminalOutput: string;
    readonly startTime: number;
    readonly endTime: number;
  };
}

/**
 * Runs the tasks of a batch side by side and yields each result as soon as it is there. A task that throws
 * fails alone. Tasks of one batch never depend on each other: they are all of one executor, and no target
 * of this plugin depends on itself.
 *
 * @param inputs the options of each task by task id, as Nx hands them to a batch executor
 * @param runTask does the work of one task; what it throws becomes the text of a failed task
 * @param parallel how many at once; default: the processors this process may use
 */
export async function* runTasks(
  taskGraph: TaskGraph,
  inputs: Readonly<Record<string, unknown>>,
  context: ExecutorContext,
  runTask: (task: PluginTask) => Promise<TaskReport>,
  parallel: number = availableParallelism(),
): AsyncGenerator<BatchItem, void, undefined> {
  const waiting = Object.values(taskGraph.tasks);
  const running = new Map<string, Promise<BatchItem>>();
  while (waiting.length > 0 || running.size > 0) {
    for (let task = next(); task !== undefined; task = next()) {
      running.set(task.id, runOne(task.id, task.target.project));
    }
    const finished = await Promise.race(running.values());
    running.delete(finished.task);
    yield finished;
  }

  function next() {
    return running.size < parallel ? waiting.shift() : undefined;
  }

  async function runOne(id: string, project: string): Promise<BatchItem> {
    const startTime = Date.now();
    const report = await reportOf(() => runTask(pluginTask(id, project, inputs[id], context)));
    return {
      task: id,
      result: {
        success: report.success,
        terminalOutput: withFinalNewline(report.text),
        startTime,
        endTime: Date.now(),
      },
    };
  }
}

/**
 * Runs one task outside a batch (`--batch=false`) and prints its report.
 *
 * @returns what an Nx executor returns
 */
export async function runSingle(
  options: unknown,
  context: ExecutorContext,
  runTask: (task: PluginTask) => Promise<TaskReport>,
): Promise<{ success: boolean }> {
  const { projectName, targetName } = context;
  if (projectName === undefined) throw new Error('Nx named no project for this executor');
  const id = `${projectName}:${targetName ?? ''}`;
  const report = await reportOf(() => runTask(pluginTask(id, projectName, options, context)));
  process.stdout.write(withFinalNewline(report.text));
  return { success: report.success };
}

function pluginTask(
  id: string,
  project: string,
  options: unknown,
  context: ExecutorContext,
): PluginTask {
  const root = context.projectsConfigurations.projects[project]?.root;
  if (root === undefined) throw new Error(`Nx knows no project "${project}"`);
  return { id, project, root, workspaceRoot: context.root, options };
}

/** Runs the work of a task; whatever it throws, also before its first await, becomes the report. */
async function reportOf(work: () => Promise<TaskReport>): Promise<TaskReport> {
  try {
    return await work();
  } catch (error) {
    return { success: false, text: describeError(error) };
  }
}

function withFinalNewline(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}
