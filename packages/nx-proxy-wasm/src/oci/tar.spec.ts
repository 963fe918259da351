import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { ProxyWasmError } from '../errors';
import { run } from '../process';
import { sha256Digest } from './digest';
import { readTar, writeTar } from './tar';

const WASM = Buffer.from('\0asm\x01\0\0\0', 'latin1');

interface Entry {
  readonly name: string;
  readonly type?: 'directory' | 'symlink';
  readonly linkname?: string;
  readonly content?: string;
}

async function foreignTar(entries: readonly Entry[]): Promise<Buffer> {
  const archive = pack();
  for (const { content = '', ...header } of entries) archive.entry(header, content);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** A header block of our own writer with another type and size field, its checksum right again. */
function header(name: string, type: string, sizeField?: string): Buffer {
  const block = Buffer.from(writeTar([{ name, bytes: new Uint8Array() }]).subarray(0, 512));
  block.write(type, 156, 'latin1');
  if (sizeField !== undefined) block.write(sizeField.padEnd(12, '\0'), 124, 'latin1');
  block.write('        ', 148, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

function block(text: string): Buffer {
  const bytes = Buffer.alloc(512);
  bytes.write(text);
  return bytes;
}

function paxRecord(key: string, value: string): string {
  let length = key.length + value.length + 3;
  while (`${length} ${key}=${value}\n`.length !== length) length++;
  return `${length} ${key}=${value}\n`;
}

describe('writeTar', () => {
  it('writes these bytes and no others', () => {
    const archive = writeTar([{ name: 'plugin.wasm', bytes: WASM }]);
    expect(archive.byteLength).toBe(4 * 512);
    expect(sha256Digest(archive)).toBe(
      'sha256:c3d9ad5a9bf0fd102dce99608c288325d1737e0702ae150e7bed231b655335d7',
    );
  });

  it('is listed by tar as a plain file of nobody at the beginning of time', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'tar-spec-'));
    try {
      const file = join(dir, 'plugin.tar');
      await writeFile(file, writeTar([{ name: 'plugin.wasm', bytes: WASM }]));
      const { exitCode, stdout, stderr } = await run('tar', ['--utc', '-tvf', file], {
        cwd: dir,
        env: { PATH: process.env['PATH'], LC_ALL: 'C' },
      });
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).toMatch(/^-rw-r--r-- 0\/0 +8 1970-01-01 00:00 plugin\.wasm\n$/);
    } finally {
      await rm(dir, { recursive: true });
    }
  });

  it.each(['', 'a'.repeat(101), 'ü.wasm', 'a b', 'a\nb', 'a\0b'])('refuses the name %j', (name) => {
    expect(() => writeTar([{ name, bytes: WASM }])).toThrow(ProxyWasmError);
  });

  it('is read back as it was written', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({
            name: fc.stringMatching(/^[a-z][a-z./_-]{0,90}[a-z]$/),
            bytes: fc.uint8Array({ maxLength: 1100 }),
          }),
          { maxLength: 4 },
        ),
        async (files) => {
          const entries = await readTar(writeTar(files));
          expect(entries.map(({ name, bytes }) => ({ name, bytes: [...bytes] }))).toEqual(
            files.map(({ name, bytes }) => ({ name, bytes: [...bytes] })),
          );
        },
      ),
      { numRuns: 50 },
    );
  });
});

describe('readTar', () => {
  it('reads long names, directories and links', async () => {
    const long = `${'d/'.repeat(120)}plugin.wasm`;
    const entries = await readTar(
      await foreignTar([
        { name: 'd/', type: 'directory' },
        { name: long, content: 'x' },
        { name: 'grüße', content: 'y' },
        { name: 'l', type: 'symlink', linkname: 'd' },
      ]),
    );
    expect(entries.map(({ name, type }) => [name, type])).toEqual([
      ['d/', 'directory'],
      [long, 'file'],
      ['grüße', 'file'],
      ['l', 'symlink'],
    ]);
  });

  it('tells where the content of an entry ends', async () => {
    const archive = writeTar([
      { name: 'a', bytes: Buffer.alloc(513) },
      { name: 'b', bytes: Buffer.alloc(3) },
    ]);
    expect((await readTar(archive)).map(({ end }) => end)).toEqual([512 + 513, 512 * 4 + 3]);
  });

  it('shows a global header as an entry, as the reader of Go does', async () => {
    const record = paxRecord('comment', 'x');
    const global = [header('plugin.wasm', 'g', record.length.toString(8)), block(record)];
    const file = writeTar([{ name: 'other', bytes: WASM }]);
    const entries = await readTar(Buffer.concat([...global, file]));
    expect(entries.map(({ name, type }) => [name, type])).toEqual([
      ['plugin.wasm', 'pax-global-header'],
      ['other', 'file'],
    ]);
  });

  const file = Buffer.from(writeTar([{ name: 'a', bytes: WASM }]));
  const rename = paxRecord('path', 'plugin.wasm');
  const comment = paxRecord('comment', 'x');
  // The library lets global records into an entry that has records of its own.
  const commented = Buffer.concat([
    header('x', 'x', comment.length.toString(8)),
    block(comment),
    file,
  ]);
  const sparse = paxRecord('GNU.sparse.major', '1');
  it.each<[string, Buffer]>([
    ['cut inside a header', file.subarray(0, 300)],
    ['cut inside a file', file.subarray(0, 516)],
    ['junk', Buffer.alloc(2048, 'junk')],
    ['a wrong checksum', Buffer.concat([block('a'), file])],
    ['an entry after the end', Buffer.concat([file, file])],
    [
      'a global header that renames',
      Buffer.concat([header('g', 'g', rename.length.toString(8)), block(rename), commented]),
    ],
    ['a directory with content', Buffer.concat([header('d', '5', '1000'), file])],
    ['a negative size', Buffer.concat([header('a', '0', '-0001000'), file])],
    ['a negative size of a global header', Buffer.concat([header('a', 'g', '-0001000'), file])],
    ['a size beyond all measure', Buffer.concat([header('a', '0', '77777777777'), file])],
    ['a size that is no number', Buffer.concat([header('a', '0', 'zzz'), header('a', 'g', 'zzz')])],
    [
      'a sparse file',
      Buffer.concat([header('x', 'x', sparse.length.toString(8)), block(sparse), file]),
    ],
    ['nothing but headers', Buffer.concat(Array.from({ length: 10_001 }, () => header('a', '0')))],
  ])('refuses %s', async (_, archive) => {
    await expect(readTar(archive)).rejects.toMatchObject({ errorClass: 'verification-failed' });
  });

  it('answers every cut and every flipped byte with entries or with our error', async () => {
    for (let at = 0; at < file.byteLength; at += 7) {
      const flipped = Buffer.from(file);
      flipped[at]! ^= 0x55;
      for (const damaged of [file.subarray(0, at), flipped]) {
        await readTar(damaged).catch((error: unknown) => {
          expect(error).toBeInstanceOf(ProxyWasmError);
        });
      }
    }
  });
});
