import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { lock } from 'proper-lockfile';

import { describeError, ProxyWasmError } from '../errors';

/** Inside the folder: a name beside it could be taken (`a.lock` is a repository name, `.lock` is not). */
const LOCK = '.lock';
/** A lock that was not touched for so long belongs to a run that was killed, and is taken over. */
const STALE_MS = 10_000;
const RETRY_MS = 100;

/**
 * Runs `action` while no other process that asks for the same folder's lock does; the folder is made when
 * missing. The lock of a killed process is taken over after ten seconds.
 *
 * @param action gets a function that throws when the lock was lost in the meantime (a machine that slept); call
 *   it right before what must not be done twice
 * @throws what `action` throws; ProxyWasmError `registry-unavailable` when the lock stays taken for `waitMs`
 *   (about), `bad-input` when the folder cannot be written
 */
export async function withLock<Result>(
  dir: string,
  waitMs: number,
  action: (checkHeld: () => void) => Promise<Result>,
): Promise<Result> {
  const state = { held: true };
  const unlock = await acquire(dir, waitMs, () => {
    state.held = false;
  });
  try {
    return await action(() => {
      if (!state.held) throw busy(dir);
    });
  } finally {
    // A lock that somebody took over is not ours to remove; one that cannot be removed goes stale.
    if (state.held) await unlock().catch(() => undefined);
  }
}

async function acquire(
  dir: string,
  waitMs: number,
  onLost: () => void,
): Promise<() => Promise<void>> {
  try {
    await mkdir(dir, { recursive: true });
    return await lock(dir, {
      lockfilePath: join(dir, LOCK),
      stale: STALE_MS,
      retries: {
        retries: Math.ceil(waitMs / (RETRY_MS * 1.5)),
        factor: 1,
        minTimeout: RETRY_MS,
        maxTimeout: RETRY_MS * 2,
        randomize: true,
      },
      // By default this throws out of a timer and ends the process.
      onCompromised: onLost,
    });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOCKED') throw busy(dir, error);
    throw new ProxyWasmError('bad-input', `cannot be locked: ${describeError(error)}`, {
      subject: dir,
      remedy: 'Check that the folder can be written and that the disk has room.',
      cause: error,
    });
  }
}

function busy(dir: string, cause?: unknown): ProxyWasmError {
  return new ProxyWasmError('registry-unavailable', 'another process holds the lock', {
    subject: join(dir, LOCK),
    remedy: 'Run the task again when the other one is done.',
    cause,
  });
}
