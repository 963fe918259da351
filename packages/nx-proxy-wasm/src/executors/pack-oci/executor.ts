import type { ExecutorContext } from '@nx/devkit';
import { runSingle } from '../task-batch';
import { packPlugin } from './pack-plugin';
import type { PackOciOptions } from './options';

/** Packs one plugin in a process of its own; Nx prefers the batch implementation. */
export default function packOci(
  options: PackOciOptions,
  context: ExecutorContext,
): Promise<{ success: boolean }> {
  return runSingle(options, context, packPlugin);
}
