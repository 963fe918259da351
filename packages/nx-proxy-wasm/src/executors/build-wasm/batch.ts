import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import { interruptible } from '../interruption';
import { type BatchItem, runTasks } from '../task-batch';
import { createBuilder } from './build-plugin';
import type { BuildWasmOptions } from './options';

/** Builds and judges any number of plugins in one process, on one Go build cache. */
export default function buildWasmBatch(
  taskGraph: TaskGraph,
  inputs: Record<string, BuildWasmOptions>,
  _overrides: BuildWasmOptions,
  context: ExecutorContext,
): AsyncGenerator<BatchItem> {
  return interruptible((signal) =>
    runTasks(taskGraph, inputs, context, createBuilder(process.env, signal)),
  );
}
