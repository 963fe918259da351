import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** Files by path; a value `-> target` makes a symbolic link. */
export type TreeFiles = Readonly<Record<string, string>>;

/** Writes files below a directory, making directories on the way. */
export function writeTree(root: string, files: TreeFiles): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(root, name);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    if (content.startsWith('-> ')) fs.symlinkSync(content.slice(3), file);
    else fs.writeFileSync(file, content);
  }
}

/** A new directory with the files in it; its path holds no symbolic link. */
export function makeTree(files: TreeFiles): string {
  const root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'go-tree-')));
  writeTree(root, files);
  return root;
}
