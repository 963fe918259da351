import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

// The process id tells the leftovers of a killed run from the work of a living one.
const TEMPORARY = /^\.(.+)\.tmp-([0-9]+)-[0-9a-f]{12}$/;

// As many writers of one directory at once as will ever meet.
const MAX_ATTEMPTS = 20;

/** A name beside `path` for something that will be renamed to it; it is used once. */
export function temporaryName(path: string): string {
  const suffix = `${process.pid}-${randomBytes(6).toString('hex')}`;
  return join(dirname(path), `.${basename(path)}.tmp-${suffix}`);
}

/** Whether a directory entry has a name made by {@link temporaryName}. */
export function isTemporary(entry: string): boolean {
  return TEMPORARY.test(entry);
}

/**
 * Writes a file so that a reader sees all of it or what was there before.
 * @throws the file system's own error
 */
export async function writeAtomically(file: string, content: Uint8Array | string): Promise<void> {
  const temporary = temporaryName(file);
  try {
    await writeFile(temporary, content);
    await rename(temporary, file);
  } finally {
    await rm(temporary, { force: true });
  }
}

/**
 * Puts the directory `fresh` in the place of `target`, with whatever `target` holds removed. Between two
 * renames there is no `target` for a moment. Other writers may do the same at once: one of them wins.
 * @throws the file system's own error
 */
export async function replaceDirectory(fresh: string, target: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await rename(fresh, target);
      return;
    } catch (error) {
      // A directory with content is never overwritten by rename; the codes differ between systems.
      const occupied = isErrno(error, 'ENOTEMPTY', 'EEXIST', 'ENOTDIR', 'EPERM');
      if (!occupied || attempt === MAX_ATTEMPTS) throw error;
    }
    const previous = temporaryName(target);
    await rename(target, previous).catch((error: unknown) => {
      if (!isErrno(error, 'ENOENT')) throw error;
    });
    await rm(previous, { recursive: true, force: true });
  }
}

/**
 * Removes what killed processes left in `folder` under a {@link temporaryName}.
 * @param name only what was to become the entry of that name
 * @throws the file system's own error
 */
export async function removeLeftovers(folder: string, name?: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    const [, target, pid] = TEMPORARY.exec(entry) ?? [];
    if (pid === undefined || (name !== undefined && name !== target) || isAlive(Number(pid)))
      continue;
    await rm(join(folder, entry), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: alive, but another user's.
    return !isErrno(error, 'ESRCH');
  }
}

/** Whether `error` is a system error with one of the codes, such as ENOENT. */
export function isErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
