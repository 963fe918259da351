import type { ExecutorContext, TaskGraph } from '@nx/devkit';
import { type BatchItem, runTasks } from '../task-batch';
import { packPlugin } from './pack-plugin';
import type { PackOciOptions } from './options';

/** Packs any number of plugins in one process. */
export default function packOciBatch(
  taskGraph: TaskGraph,
  inputs: Record<string, PackOciOptions>,
  _overrides: PackOciOptions,
  context: ExecutorContext,
): AsyncGenerator<BatchItem> {
  // Compression keeps the process busy; a second plugin beside it would only hold memory.
  return runTasks(taskGraph, inputs, context, packPlugin, 1);
}
