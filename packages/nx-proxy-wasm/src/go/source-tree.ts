import * as fs from 'node:fs';
import * as path from 'node:path';
import { ProxyWasmError } from '../errors';
import { parseGoMod, type GoModFile } from './go-mod';
import { parseGoWork, type GoWorkFile } from './go-work';
import { leadingConstraint } from './leading-constraint';
import { parseSourceHeader, type SourceHeader } from './source-header';
import { parseVendorModules, type VendorModules } from './vendor-modules';

/** What a directory entry is. Links to directories, broken links and devices are `other`: Go does not enter them. */
export type EntryKind = 'file' | 'linked-file' | 'directory' | 'other';

/** The header of an assembly or C file: its constraint is all that counts. */
export interface ConstraintOnly {
  readonly constraint: string | undefined;
}

/**
 * The Go files of a workspace. Paths in and out are relative to the workspace root with `/`, `.` for the root itself;
 * a path that starts with `../` is outside of the workspace. What does not exist is undefined; what cannot be
 * read or parsed throws a ProxyWasmError.
 */
export interface SourceTree {
  /** `target` as seen from `directory`, relative to the workspace root; `target` may be absolute. */
  resolve(directory: string, target: string): string;
  /** The entries of a directory by name, in order of their names. */
  listDirectory(directory: string): ReadonlyMap<string, EntryKind> | undefined;
  readHeader(file: string): SourceHeader | undefined;
  readConstraint(file: string): ConstraintOnly | undefined;
  readGoMod(file: string): GoModFile | undefined;
  readGoWork(file: string): GoWorkFile | undefined;
  readVendorModules(file: string): VendorModules | undefined;
}

/** What parsing gave, kept with what `stat` said about the file then. */
interface CacheEntry<T> {
  readonly stamp: string;
  readonly parsed: Parsed<T>;
}

type Parser<T> = (text: string, file: string) => T;
type Parsed<T> = { readonly value: T } | { readonly error: ProxyWasmError };

/** A file this young may still change within one tick of the file system's clock, unseen by `stat`. */
const RACY_MS = 2_000;

const cachesByRoot = new Map<string, Map<string, CacheEntry<unknown>>>();

/**
 * Opens the directory tree of a workspace for reading. The tree is a snapshot: within it every directory is listed
 * and every file looked at once, so open one per computation. Parsed files are kept in memory over all trees
 * of the same root and parsed again only when `stat` tells a change.
 *
 * @param workspaceRoot absolute path of a directory
 */
export function openSourceTree(workspaceRoot: string): SourceTree {
  const root = path.resolve(workspaceRoot);
  const cache = cachesByRoot.get(root) ?? new Map<string, CacheEntry<unknown>>();
  cachesByRoot.set(root, cache);
  return new DirectoryTree(root, cache);
}

class DirectoryTree implements SourceTree {
  readonly #root: string;
  readonly #cache: Map<string, CacheEntry<unknown>>;
  readonly #listings = new Map<string, ReadonlyMap<string, EntryKind> | undefined>();
  readonly #files = new Map<string, Parsed<unknown> | undefined>();

  constructor(root: string, cache: Map<string, CacheEntry<unknown>>) {
    this.#root = root;
    this.#cache = cache;
  }

  resolve(directory: string, target: string): string {
    const absolute = path.resolve(this.#root, directory, target);
    return path.relative(this.#root, absolute).replaceAll(path.sep, '/') || '.';
  }

  listDirectory(directory: string): ReadonlyMap<string, EntryKind> | undefined {
    const known = this.#listings.get(directory);
    if (known !== undefined || this.#listings.has(directory)) return known;
    const listing = absentAsUndefined(directory, () => list(this.#absolute(directory)));
    this.#listings.set(directory, listing);
    return listing;
  }

  readHeader(file: string): SourceHeader | undefined {
    return this.#read('header', file, parseSourceHeader);
  }

  readConstraint(file: string): ConstraintOnly | undefined {
    return this.#read('constraint', file, (text) => ({
      constraint: leadingConstraint(text, file),
    }));
  }

  readGoMod(file: string): GoModFile | undefined {
    return this.#read('go.mod', file, parseGoMod);
  }

  readGoWork(file: string): GoWorkFile | undefined {
    return this.#read('go.work', file, parseGoWork);
  }

  readVendorModules(file: string): VendorModules | undefined {
    return this.#read('modules.txt', file, parseVendorModules);
  }

  #read<T>(grammar: string, file: string, parse: Parser<T>): T | undefined {
    const key = `${grammar}:${file}`;
    let parsed = this.#files.get(key) as Parsed<T> | undefined;
    if (parsed === undefined && !this.#files.has(key)) {
      parsed = absentAsUndefined(file, () => this.#parse(key, file, parse));
      this.#files.set(key, parsed);
    }
    if (parsed === undefined) return undefined;
    if ('error' in parsed) throw parsed.error;
    return parsed.value;
  }

  #parse<T>(key: string, file: string, parse: Parser<T>): Parsed<T> | undefined {
    const absolute = this.#absolute(file);
    const stat = fs.statSync(absolute, { throwIfNoEntry: false });
    if (stat?.isFile() !== true) return undefined;
    const stamp = `${stat.ino}:${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}`;
    const cached = this.#cache.get(key) as CacheEntry<T> | undefined;
    if (cached?.stamp === stamp) return cached.parsed;
    const text = fs.readFileSync(absolute, 'utf8');
    const parsed = attempt(() => parse(text, file));
    if (Date.now() - stat.ctimeMs > RACY_MS) this.#cache.set(key, { stamp, parsed });
    return parsed;
  }

  #absolute(relative: string): string {
    // Nearly every path lies inside of the root; putting it together is a good deal cheaper than resolving it.
    const inside = !relative.startsWith('..') && !path.isAbsolute(relative);
    return inside ? `${this.#root}/${relative}` : path.resolve(this.#root, relative);
  }
}

function list(directory: string): ReadonlyMap<string, EntryKind> {
  const entries = fs.readdirSync(directory, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  return new Map(entries.map((entry) => [entry.name, kindOf(entry, directory)]));
}

function kindOf(entry: fs.Dirent, directory: string): EntryKind {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() && linksToFile(path.join(directory, entry.name))
    ? 'linked-file'
    : 'other';
}

function linksToFile(link: string): boolean {
  try {
    return fs.statSync(link, { throwIfNoEntry: false })?.isFile() === true;
  } catch {
    // A link in a circle or into a closed directory leads to no file.
    return false;
  }
}

/** A file that cannot be parsed stays so until it changes: the error is an answer worth keeping. */
function attempt<T>(parse: () => T): Parsed<T> {
  try {
    return { value: parse() };
  } catch (error) {
    if (error instanceof ProxyWasmError) return { error };
    throw error;
  }
}

/** Runs a file system operation: what is not there gives undefined, every other failure a ProxyWasmError. */
function absentAsUndefined<T>(subject: string, operation: () => T | undefined): T | undefined {
  try {
    return operation();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new ProxyWasmError('bad-input', `it cannot be read (${code})`, {
      subject,
      remedy: 'Check the permissions of the file and of the directories above it.',
      cause: error,
    });
  }
}
