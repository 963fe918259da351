/** Escapes of one character in an interpreted string literal, and what they stand for. */
const SIMPLE_ESCAPES: Readonly<Record<string, number>> = {
  a: 0x07,
  b: 0x08,
  f: 0x0c,
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
  v: 0x0b,
  '\\': 0x5c,
  '"': 0x22,
};

/** What may follow the backslash of a numeric escape: one byte (`\x`, octal) or one code point (`\u`, `\U`). */
const NUMERIC_ESCAPE = /([0-7]{3})|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})/y;

/**
 * Where a Go string literal ends: interpreted ("...") literals stay on their line, raw (`...`) ones may span lines.
 *
 * @param start index of the opening quote in `text`
 * @returns the index after the closing quote, or undefined when the literal is not closed
 * @see https://go.dev/ref/spec#String_literals
 */
export function goStringEnd(text: string, start: number): number | undefined {
  const quote = text[start];
  if (quote === '`') {
    const close = text.indexOf('`', start + 1);
    return close < 0 ? undefined : close + 1;
  }
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at];
    if (character === quote) return at + 1;
    if (character === '\n') return undefined;
    if (character === '\\') at++;
  }
  return undefined;
}

/**
 * The value of a Go string literal, quotes included in the argument (the rule of `strconv.Unquote`).
 *
 * @returns undefined when the literal is malformed
 */
export function unquoteGoString(literal: string): string | undefined {
  const inner = literal.slice(1, -1);
  if (literal.length < 2 || literal.at(0) !== literal.at(-1)) return undefined;
  if (literal.startsWith('`')) return inner.includes('`') ? undefined : inner.replaceAll('\r', '');
  if (!literal.startsWith('"') || goStringEnd(literal, 0) !== literal.length) return undefined;
  return inner.includes('\\') ? unescape(inner) : inner;
}

/** Byte escapes can spell UTF-8 piecemeal, so the value is put together as bytes. */
function unescape(inner: string): string | undefined {
  const parts: Buffer[] = [];
  let at = 0;
  while (at < inner.length) {
    const backslash = inner.indexOf('\\', at);
    if (backslash < 0) {
      parts.push(Buffer.from(inner.slice(at)));
      break;
    }
    parts.push(Buffer.from(inner.slice(at, backslash)));
    const simple = SIMPLE_ESCAPES[inner[backslash + 1] ?? ''];
    if (simple !== undefined) {
      parts.push(Buffer.of(simple));
      at = backslash + 2;
      continue;
    }
    NUMERIC_ESCAPE.lastIndex = backslash + 1;
    const match = NUMERIC_ESCAPE.exec(inner);
    const encoded = match === null ? undefined : encodeNumericEscape(match);
    if (encoded === undefined) return undefined;
    parts.push(encoded);
    at = NUMERIC_ESCAPE.lastIndex;
  }
  return Buffer.concat(parts).toString();
}

function encodeNumericEscape(match: RegExpExecArray): Buffer | undefined {
  const [, octal, hexByte, short, long] = match;
  const byte = octal === undefined ? undefined : Number.parseInt(octal, 8);
  if (byte !== undefined) return byte > 255 ? undefined : Buffer.of(byte);
  if (hexByte !== undefined) return Buffer.from(hexByte, 'hex');
  const codePoint = Number.parseInt(short ?? long ?? '', 16);
  const surrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
  return surrogate || codePoint > 0x10ffff
    ? undefined
    : Buffer.from(String.fromCodePoint(codePoint));
}
