import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import { type BatchItem, runTasks } from '../task-batch';
import { createPublisher } from './publish-plugin';
import { formatSummary, type PublishRecord } from './publish-record';
import type { PublishOciOptions } from './options';

/**
 * Publishes any number of plugins in one process and ends with a line for each. The lines are written by
 * this process itself: Nx shows the output of a batch in every style and to every daemon, but hides what
 * successful tasks report. Its terminal UI is the exception: there each task's pane shows its own line.
 */
export default async function* publishOciBatch(
  taskGraph: TaskGraph,
  inputs: Record<string, PublishOciOptions>,
  _overrides: PublishOciOptions,
  context: ExecutorContext,
): AsyncGenerator<BatchItem, void, undefined> {
  const records: PublishRecord[] = [];
  const publishOne = createPublisher(process.env, write);
  yield* runTasks(taskGraph, inputs, context, async (task) => {
    const { record, report } = await publishOne(task);
    records.push(record);
    return usesTerminalUi()
      ? { ...report, text: `${report.text}\n${formatSummary([record])}` }
      : report;
  });
  write(`\n${formatSummary(records)}`);
}

/** Nx tells its children which of its interfaces is in use. */
function usesTerminalUi(): boolean {
  return process.env['NX_TUI'] === 'true';
}

function write(text: string): void {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
}
