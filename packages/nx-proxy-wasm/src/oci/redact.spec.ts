import { describe, expect, it } from 'vitest';

import { redact } from './redact';

const SECRET = 'p@ss word/"1"?';

describe('redact', () => {
  it.each([
    ['as it is', SECRET],
    ['URL-encoded', encodeURIComponent(SECRET)],
    ['in a form field', new URLSearchParams({ x: SECRET }).toString().slice(2)],
    ['as a JSON string', JSON.stringify(SECRET)],
    ['in base64', Buffer.from(SECRET).toString('base64')],
    ['in base64 without padding', Buffer.from(SECRET).toString('base64').replace(/=+$/, '')],
    ['in base64 for URLs', Buffer.from(SECRET).toString('base64url')],
  ])('hides a secret written %s', (_form, written) => {
    const result = redact(`before ${written} after ${written}.`, ['', SECRET]);
    expect(result).toMatch(/^before "?\*\*\*"?=* after "?\*\*\*"?=*\.$/);
  });

  it('hides the longer of two secrets whole', () => {
    expect(redact('user:hunter2 hunter2', ['hunter2', 'user:hunter2'])).toBe('*** ***');
  });

  it('leaves a text without secrets alone, also when the secrets are empty', () => {
    expect(redact('nothing here', ['', 'x-secret'])).toBe('nothing here');
  });

  it('does not fail on a secret that is no valid text', () => {
    expect(redact('abc \ud800 def', ['\ud800'])).not.toContain('\ud800');
  });
});
