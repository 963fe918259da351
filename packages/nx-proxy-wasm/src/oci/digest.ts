import { createHash } from 'node:crypto';

const SHA256_DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * Digest of some bytes as a descriptor names it: `sha256:` and 64 lower-case hex digits.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md#digests
 */
export function sha256Digest(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/**
 * Whether `text` is a digest as {@link sha256Digest} writes it. Other algorithms of the specification
 * (sha512) are answered with false: no registry or gateway we serve uses them.
 */
export function isDigest(text: string): boolean {
  return SHA256_DIGEST.test(text);
}
