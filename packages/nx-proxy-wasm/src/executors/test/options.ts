import type { OptionKinds } from '../../option-check';

/** Options of the `test` executor. */
export interface TestOptions {
  readonly args?: readonly string[];
}

/** What each option may hold; Nx's own check would end the whole batch without a word. */
export const testOptions: OptionKinds<TestOptions> = { args: 'list' };
