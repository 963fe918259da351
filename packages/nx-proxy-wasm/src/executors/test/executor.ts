import type { ExecutorContext } from '@nx/devkit';
import { whileInterruptible } from '../interruption';
import { runSingle } from '../task-batch';
import type { TestOptions } from './options';
import { createTester } from './test-project';

/** Tests one project in a process of its own; Nx prefers the batch implementation. */
export default function test(
  options: TestOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return whileInterruptible((signal) =>
    runSingle(options, context, createTester(process.env, signal)),
  );
}
