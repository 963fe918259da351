import { describeError, ProxyWasmError } from '../errors';

/** A JSON object somebody else wrote: nothing is known about its members. */
export type JsonObject = Readonly<Record<string, unknown>>;

// Manifests and indexes are five levels deep; the limit only has to stop what was made to exhaust a reader.
const MAX_DEPTH = 32;

/** What to do about a document that is not what its name promises. */
export const REMEDY =
  'Check that this is what you meant to read; if it is, pack and publish the plugin again.';

/**
 * Reads a JSON object from untrusted bytes.
 * @param subject what the bytes were read from, for the error text
 * @param maxBytes longer input is refused unread
 * @throws ProxyWasmError `verification-failed` when the bytes are too many, no UTF-8, no JSON, nested too
 *   deeply or no object
 */
export function parseJsonObject(bytes: Uint8Array, subject: string, maxBytes: number): JsonObject {
  if (bytes.byteLength > maxBytes) {
    throw unreadable(subject, `has ${bytes.byteLength} bytes, more than the ${maxBytes} allowed`);
  }
  let value: unknown;
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (nestingDepth(text) > MAX_DEPTH) {
      throw new Error(`it is nested more than ${MAX_DEPTH} levels deep`);
    }
    value = JSON.parse(text);
  } catch (error) {
    throw unreadable(subject, `is not readable as JSON: ${describeError(error)}`, error);
  }
  if (!isJsonObject(value)) throw unreadable(subject, 'is not a JSON object');
  return value;
}

/** Whether a parsed JSON value is an object, so neither null nor an array. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deepest nesting of brackets outside strings. Wrong input gives some number; the parser refuses it after. */
function nestingDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [token] of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]/gs)) {
    if (token === '{' || token === '[') deepest = Math.max(deepest, ++depth);
    else if (token === '}' || token === ']') depth--;
  }
  return deepest;
}

function unreadable(subject: string, reason: string, cause?: unknown): ProxyWasmError {
  return new ProxyWasmError('verification-failed', reason, {
    subject,
    remedy: REMEDY,
    cause,
  });
}
