import type { ExecutorContext } from '@nx/devkit';
import { runSingle } from '../task-batch';
import { createPublisher } from './publish-plugin';
import { formatSummary } from './publish-record';
import type { PublishOciOptions } from './options';

/** Publishes one plugin in a process of its own; Nx prefers the batch implementation. */
export default function publishOci(
  options: PublishOciOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  const publishOne = createPublisher(process.env, announce);
  return runSingle(options, context, async (task) => {
    const { record, report } = await publishOne(task);
    return { ...report, text: `${report.text}\n${formatSummary([record])}`.trimStart() };
  });
}

function announce(line: string): void {
  process.stdout.write(`${line}\n`);
}
