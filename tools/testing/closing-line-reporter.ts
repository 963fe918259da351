import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends the run with one line that scripts read: `12 passed, 0 failed`, `, 1 skipped` when there are any.
 * The counts are the runner's own; a file that could not even be loaded counts as one failure, so that
 * a run in which nothing was collected never looks green.
 */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(testModules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    for (const testModule of testModules) {
      if (testModule.errors().length > 0) counts.failed += 1;
      for (const test of testModule.children.allTests()) counts[test.result().state] += 1;
    }
    const skipped = counts.skipped + counts.pending;
    // At exit, because the other reporters still write after this one.
    process.once('exit', (exitCode) => {
      // A run that fails outside of any test (a broken set-up) is one failure, not a green zero.
      const failed = exitCode !== 0 && counts.failed === 0 ? 1 : counts.failed;
      process.stdout.write(
        `\n${counts.passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`,
      );
    });
  }
}
