import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { testEnvironment } from '../../go/build-command';
import { goNotFound } from '../../go/go-command';
import { outputPaths } from '../../graph/output-paths';
import { run } from '../../process';
import { type PluginTask, type TaskReport, withOptions } from '../task-batch';
import { type TestOptions, testOptions } from './options';

/**
 * Runs `go test ./...` in a project's directory, natively. A plugin's built module is named to the tests:
 * Higress's harness runs every case a second time against it, and silently does not where it is missing.
 *
 * @param signal ends running tests
 * @returns a function that tests one project; a red test is a failed report, not an error
 */
export function createTester(
  processEnv: Readonly<Record<string, string | undefined>>,
  signal: AbortSignal,
): (task: PluginTask) => Promise<TaskReport> {
  return async (task) => {
    const { root, workspaceRoot, options } = withOptions<TestOptions>(task, testOptions);
    const { wasm } = outputPaths(workspaceRoot, root);
    // -count=1: Go's own test cache does not see that the module named by WASM_FILE_PATH changed; Nx's does.
    const result = await run('go', ['test', '-count=1', ...(options.args ?? []), './...'], {
      cwd: join(workspaceRoot, root),
      // A library has no module of its own: its tests run without one.
      env: testEnvironment(processEnv, existsSync(wasm) ? wasm : undefined),
      signal,
    });
    if (result.notStarted) throw goNotFound(root);
    return { success: result.exitCode === 0, text: `${result.stdout}${result.stderr}` };
  };
}
