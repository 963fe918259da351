import { gunzipSync } from 'node:zlib';
import { gzip as deflateToGzip } from 'pako';
import { describeError } from '../errors';

/**
 * Compresses with a header that holds no time, no name and no trace of the system (OS byte 3 everywhere).
 *
 * The bytes go into a published digest, so they must not depend on the machine. Those of node:zlib do: they
 * differ with the zlib that Node was built with, the CPU and the OS byte. pako is the same algorithm in plain
 * JavaScript, pinned to one version in package.json; the golden test fails when its bytes change.
 *
 * Level 6: on a Go module of 6.5 MB it takes 0.3 s and leaves 1.82 MB. Level 1 takes 0.13 s and leaves 2.10 MB
 * (15 % more for every gateway to pull); level 9 takes 0.8 s to save another 0.7 %. node:zlib has the same
 * sizes in half the time; fflate 0.8 is a little faster and 3 % larger. The work is synchronous.
 */
export function gzip(bytes: Uint8Array): Uint8Array {
  return deflateToGzip(bytes, { level: 6 });
}

/** How reading a gzip stream went; what is wrong is a fact about the stream, not an exception. */
export type Gunzipped =
  | { readonly kind: 'content'; readonly bytes: Uint8Array }
  | { readonly kind: 'not-gzip' }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'damaged'; readonly reason: string };

/**
 * Decompresses a whole gzip stream: to its last byte, with trailer and checksum, at most `maxBytes` of content.
 */
export function gunzip(compressed: Uint8Array, maxBytes: number): Gunzipped {
  if (compressed[0] !== 0x1f || compressed[1] !== 0x8b || compressed[2] !== 8) {
    return { kind: 'not-gzip' };
  }
  try {
    const options = { maxOutputLength: maxBytes, info: true };
    // With `info` Node tells how much it consumed; the type declarations do not know.
    const { buffer, engine } = gunzipSync(compressed, options) as unknown as GunzipInfo;
    return engine.bytesWritten === compressed.byteLength
      ? { kind: 'content', bytes: buffer }
      : { kind: 'damaged', reason: 'there are bytes after its end' };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE') {
      return { kind: 'too-large' };
    }
    return { kind: 'damaged', reason: describeError(error) };
  }
}

interface GunzipInfo {
  readonly buffer: Uint8Array;
  readonly engine: { readonly bytesWritten: number };
}
