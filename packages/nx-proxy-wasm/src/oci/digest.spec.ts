import { describe, expect, it } from 'vitest';
import { isDigest, sha256Digest } from './digest';

describe('sha256Digest', () => {
  it('is the digest every registry knows for an empty JSON object', () => {
    expect(sha256Digest(Buffer.from('{}'))).toBe(
      'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
    );
  });
});

describe('isDigest', () => {
  const hex = 'a'.repeat(64);
  it.each([
    [`sha256:${hex}`, true],
    [`sha256:${hex.toUpperCase()}`, false],
    [`sha256:${hex}a`, false],
    [`sha256:${hex.slice(1)}`, false],
    [`sha256:${hex}\n`, false],
    [`sha512:${hex}${hex}`, false],
    ['sha256:../../../../etc/passwd', false],
    [hex, false],
    ['', false],
  ])('%j is %s', (text, expected) => {
    expect(isDigest(text)).toBe(expected);
  });
});
