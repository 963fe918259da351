import { posix } from 'node:path';
import { extract } from 'tar-stream';
import { describeError, ProxyWasmError } from '../errors';

/** A regular file to be put into an archive. */
export interface TarFile {
  /** At most 100 printable ASCII characters, so that a plain ustar header holds it. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** One entry of an archive as a reader of Go's archive/tar meets it. */
export interface TarEntry {
  readonly name: string;
  /** `file`, `directory`, `symlink`, `link`, … as tar-stream names them; `pax-global-header` for a global header. */
  readonly type: string;
  readonly bytes: Uint8Array;
  /** Where the content ends, counted in bytes from the start of the archive. */
  readonly end: number;
}

const BLOCK = 512;
// A plugin archive holds a handful of files; the limit stops an archive of nothing but headers.
const MAX_ENTRIES = 10_000;

/**
 * An archive in the POSIX ustar format whose bytes depend on nothing but names and contents: mode 0644, no
 * owner, modification time 0, two zero blocks at the end.
 *
 * Written here and not by a library: the bytes go into a published digest, and a library may lay out a header
 * otherwise in its next version.
 *
 * @throws ProxyWasmError `bad-input` for a name that does not fit a plain header
 * @see https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html#tag_20_92_13_06
 */
export function writeTar(files: readonly TarFile[]): Uint8Array {
  const parts = files.flatMap(({ name, bytes }) => [
    ustarHeader(name, bytes.byteLength),
    bytes,
    Buffer.alloc(padding(bytes.byteLength)),
  ]);
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

function ustarHeader(name: string, size: number): Buffer {
  if (!/^[!-~]{1,100}$/.test(name)) {
    throw new ProxyWasmError('bad-input', 'the name does not fit a plain tar header', {
      subject: JSON.stringify(name.slice(0, 120)),
      remedy: 'Use 1 to 100 ASCII characters without spaces.',
    });
  }
  const header = Buffer.alloc(BLOCK);
  header.write(name, 0);
  header.write('0000644\0', 100); // mode: fixed, so that the umask of the build does not matter
  header.write('0000000\0', 108); // uid
  header.write('0000000\0', 116); // gid
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136); // mtime
  header.write('        ', 148); // the checksum counts as eight spaces while it is computed
  header.write('0', 156); // typeflag: regular file
  header.write('ustar\x0000', 257);
  header.write('0000000\0', 329); // devmajor
  header.write('0000000\0', 337); // devminor
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  header.write(`${checksum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

/**
 * Reads every entry of an archive: ustar, PAX and GNU long names. What Go's reader, which the gateways use,
 * would read otherwise than the library here is refused.
 *
 * @returns entries in archive order
 * @throws ProxyWasmError `verification-failed` when it is no archive, is cut off, or can be read in two ways
 */
export async function readTar(archive: Uint8Array): Promise<readonly TarEntry[]> {
  const entries: TarEntry[] = [];
  const reader = extract();
  let read = 0;
  reader.end(archive);
  try {
    for await (const entry of reader) {
      const { name, type, size = 0, byteOffset, pax } = entry.header as unknown as Header;
      const globals = globalHeaders(archive.subarray(read, byteOffset - BLOCK));
      if (isZero(archive.subarray(read, read + BLOCK))) throw new Error('entries follow its end');
      if (globals.some(({ records }) => /^\d+ (?:path|size|linkpath|GNU\.)/m.test(records))) {
        // The library lets a global header rename later files, Go does not.
        throw new Error('a global header names a file');
      }
      if (Object.keys(pax ?? {}).some((key) => key.startsWith('GNU.sparse.'))) {
        throw new Error(`${JSON.stringify(name)} is a sparse file`);
      }
      if (type !== 'file' && size > 0) {
        throw new Error(`${JSON.stringify(name)} is a ${String(type)} with content`);
      }
      const chunks: Uint8Array[] = [];
      for await (const chunk of entry) chunks.push(chunk as Uint8Array);
      const end = byteOffset + size;
      entries.push(...globals.map((global) => ({ name: global.name, ...GLOBAL_HEADER, end })));
      entries.push({ name, type: String(type), bytes: Buffer.concat(chunks), end });
      if (entries.length > MAX_ENTRIES) throw new Error(`it has more than ${MAX_ENTRIES} entries`);
      read = end + padding(size);
    }
  } catch (error) {
    throw new ProxyWasmError(
      'verification-failed',
      `not readable as tar: ${describeError(error)}`,
      {
        cause: error,
      },
    );
  }
  return entries;
}

const GLOBAL_HEADER = { type: 'pax-global-header', bytes: new Uint8Array() };

/** What tar-stream 3 puts into a header; `byteOffset` (of the content) is missing in its types. */
interface Header {
  readonly name: string;
  readonly type?: string | null | undefined;
  readonly size?: number | undefined;
  readonly byteOffset: number;
  readonly pax?: Readonly<Record<string, string>> | null | undefined;
}

/** The global PAX headers among the blocks before an entry; Go shows them as entries of their own. */
function globalHeaders(blocks: Uint8Array): { name: string; records: string }[] {
  const found: { name: string; records: string }[] = [];
  for (let at = 0; at + BLOCK <= blocks.byteLength;) {
    const header = Buffer.from(blocks.subarray(at, at + BLOCK));
    const size = parseInt(header.toString('latin1', 124, 136), 8);
    if (!(size >= 0)) break;
    const content = at + BLOCK;
    if (String.fromCharCode(header[156] ?? 0) === 'g') {
      found.push({
        name: header.toString('latin1', 0, 100).replace(/\0.*$/s, ''),
        records: Buffer.from(blocks.subarray(content, content + size)).toString('latin1'),
      });
    }
    at = content + size + padding(size);
  }
  return found;
}

/** Whether a name's last part is `base`, as Go's filepath.Base sees it on Linux. */
export function hasBaseName({ name }: TarEntry, base: string): boolean {
  return posix.basename(name) === base;
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}

function isZero(block: Uint8Array): boolean {
  return block.every((byte) => byte === 0);
}
