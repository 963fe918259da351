import { pinnedTools } from './pinned-tools';

/** Builds the pinned tools before the first test, so that no test waits for them. */
export async function setup(): Promise<void> {
  await pinnedTools();
}
