/**
 * Gives work an abort signal that fires on SIGINT and SIGTERM, so that children are ended and temporary
 * files are removed before the process goes.
 */
export async function whileInterruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { signal, release } = arm();
  try {
    return await work(signal);
  } finally {
    release();
  }
}

/** The same for work that yields its results one by one. */
export async function* interruptible<T>(
  work: (signal: AbortSignal) => AsyncIterable<T>,
): AsyncGenerator<T, void, undefined> {
  const { signal, release } = arm();
  try {
    yield* work(signal);
  } finally {
    release();
  }
}

function arm(): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const abort = (): void => {
    controller.abort();
  };
  // Not `once`: a handler that stays keeps signal-exit, which execa brings, from ending this process at the
  // first signal, before anything is cleaned up.
  process.on('SIGINT', abort);
  process.on('SIGTERM', abort);
  return {
    signal: controller.signal,
    release: () => {
      process.off('SIGINT', abort);
      process.off('SIGTERM', abort);
    },
  };
}
