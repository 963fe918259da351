import type { ExecutorContext } from '@nx/devkit';
import { whileInterruptible } from '../interruption';
import { runSingle } from '../task-batch';
import { createBuilder } from './build-plugin';
import type { BuildWasmOptions } from './options';

/** Builds and judges one plugin in a process of its own; Nx prefers the batch implementation. */
export default function buildWasm(
  options: BuildWasmOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return whileInterruptible((signal) =>
    runSingle(options, context, createBuilder(process.env, signal)),
  );
}
