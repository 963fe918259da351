import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { sha256Digest } from './digest';
import { gunzip, gzip } from './gzip';

/** The same bytes everywhere: literals and copies of 3 to 34 bytes, so that another match search shows. */
function sample(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = 1;
  for (let at = 0; at < length;) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    const back = 1 + ((state >>> 4) % 20_000);
    const run = back > at || state >>> 30 === 0 ? 0 : 3 + (state >>> 27);
    if (run === 0) bytes[at++] = state >>> 16;
    for (const end = Math.min(at + run, length); at < end; at++) bytes[at] = bytes[at - back]!;
  }
  return bytes;
}

describe('gzip', () => {
  it('writes these bytes and no others', () => {
    expect(sha256Digest(sample(300_000))).toBe(
      'sha256:6ef7962cba8eed37b46cbb1a0c4126cf14e19aa1244ca4ed3134ca358528dbe2',
    );
    expect(sha256Digest(gzip(sample(300_000)))).toBe(
      'sha256:9d7e90c4f0b01916db2cc2dc0ab49a967ca6a56bbfc469e5db1aefbb87b4e44a',
    );
  });

  it('writes a header without time, name or system', () => {
    const header = Buffer.from(gzip(Buffer.from('x'))).subarray(0, 10);
    expect(header.toString('hex')).toBe('1f8b0800000000000003');
  });

  it('is read by another implementation', () => {
    expect(gunzipSync(gzip(sample(300_000))).equals(sample(300_000))).toBe(true);
  });
});

describe('gunzip', () => {
  const content = sample(5000);
  const stream = gzipSync(content);

  function changed(at: number): Buffer {
    const copy = Buffer.from(stream);
    const index = at < 0 ? copy.length + at : at;
    copy[index]! ^= 1;
    return copy;
  }

  it('gives the content back', () => {
    expect(gunzip(stream, 5000)).toEqual({ kind: 'content', bytes: content });
    expect(gunzip(gzip(Buffer.alloc(0)), 10)).toMatchObject({ kind: 'content' });
  });

  it('stops at the limit', () => {
    expect(gunzip(stream, 4999)).toEqual({ kind: 'too-large' });
    expect(gunzip(gzipSync(Buffer.alloc(50_000_000)), 1000)).toEqual({ kind: 'too-large' });
  });

  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('some text')],
    ['zlib without gzip', Buffer.from('789c030000000001', 'hex')],
    ['zstd', Buffer.from('28b52ffd2000010000', 'hex')],
  ])('knows that %s is no gzip', (_, bytes) => {
    expect(gunzip(bytes, 5000)).toEqual({ kind: 'not-gzip' });
  });

  it.each<[string, Buffer]>([
    ['is cut in half', stream.subarray(0, stream.length / 2)],
    ['lacks its trailer', stream.subarray(0, -8)],
    ['lacks its last byte', stream.subarray(0, -1)],
    ['has a wrong checksum', changed(-8)],
    ['has a wrong length', changed(-4)],
    ['has a flipped byte', changed(1000)],
    ['is followed by text', Buffer.concat([stream, Buffer.from('text')])],
    ['is followed by a zero byte', Buffer.concat([stream, Buffer.alloc(1)])],
    ['is a header alone', Buffer.from('1f8b08', 'hex')],
  ])('notices a stream that %s', (_, bytes) => {
    expect(gunzip(bytes, 10_000)).toMatchObject({ kind: 'damaged' });
  });
});
