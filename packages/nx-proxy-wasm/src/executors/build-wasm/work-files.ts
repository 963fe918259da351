import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Files that exist while a build runs. */
export interface WorkFiles {
  /** A directory for the go command's own temporary files. */
  readonly directory: string;
  /** Where the module is written before it is judged; on the file system of the output. */
  readonly draft: string;
}

/**
 * Gives a build its temporary files and removes them when it ends, however it ends. Go removes its own when
 * it is interrupted, but not when it is terminated, and Nx terminates what it started and ends this process
 * right after: so the removal is synchronous, and done on exit as well.
 *
 * @param output the file that the build is for
 * @param temporary parent of the directory
 */
export async function withWorkFiles<T>(
  output: string,
  temporary: string,
  use: (files: WorkFiles) => Promise<T>,
): Promise<T> {
  const files = {
    directory: mkdtempSync(join(temporary, 'nx-proxy-wasm-build-')),
    draft: `${output}.${process.pid}.part`,
  };
  const remove = (): void => {
    rmSync(files.draft, { force: true });
    // A compiler that outlives the go command for a moment may still add files.
    rmSync(files.directory, { recursive: true, force: true, maxRetries: 5 });
  };
  process.once('exit', remove);
  try {
    return await use(files);
  } finally {
    process.off('exit', remove);
    remove();
  }
}
