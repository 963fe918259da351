import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import { interruptible } from '../interruption';
import { type BatchItem, runTasks } from '../task-batch';
import type { TestOptions } from './options';
import { createTester } from './test-project';

/** Tests any number of projects in one process. */
export default function testBatch(
  taskGraph: TaskGraph,
  inputs: Record<string, TestOptions>,
  _overrides: TestOptions,
  context: ExecutorContext,
): AsyncGenerator<BatchItem> {
  return interruptible((signal) =>
    runTasks(taskGraph, inputs, context, createTester(process.env, signal)),
  );
}
