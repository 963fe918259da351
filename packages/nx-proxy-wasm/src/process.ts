import { execa } from 'execa';

/** How a child process is started. Nothing is inherited that is not named: `env` is the whole environment. */
export interface RunOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Text for standard input; without it standard input is empty. */
  readonly input?: string;
  /** Milliseconds after which the child is ended; without it there is no limit. */
  readonly timeoutMs?: number;
  /** Ends the child when aborted. */
  readonly signal?: AbortSignal;
}

/** How a child process ended. A failure is a result, not an exception. */
export interface RunResult {
  /** Exit status, or undefined when the child could not be started or was ended by a signal. */
  readonly exitCode: number | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  readonly cancelled: boolean;
  /** The program was not found or may not be executed. */
  readonly notStarted: boolean;
}

/**
 * Runs a program to its end: argv array, never a shell. The child is asked to stop with SIGINT (the go
 * command removes its work directory then, on SIGTERM it does not) and killed five seconds later.
 */
export async function run(
  program: string,
  args: readonly string[],
  options: RunOptions,
): Promise<RunResult> {
  const result = await execa(program, args, {
    cwd: options.cwd,
    env: options.env,
    extendEnv: false,
    input: options.input ?? '',
    reject: false,
    stripFinalNewline: false,
    killSignal: 'SIGINT',
    forceKillAfterDelay: 5_000,
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  return {
    exitCode: result.exitCode,
    stdout: result.stdout,
    stderr: result.stderr,
    timedOut: result.timedOut,
    cancelled: result.isCanceled,
    notStarted:
      result.failed &&
      result.exitCode === undefined &&
      result.signal === undefined &&
      !result.timedOut &&
      !result.isCanceled,
  };
}
