/** One way to authenticate that a server offers. */
export interface Challenge {
  /** Lower case: `basic`, `bearer`, … */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

// RFC 9110 5.6.2 and 5.6.4: a token, and a quoted string with backslash escapes.
const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const QUOTED = '"(?:[^"\\\\]|\\\\.)*"';
const PARAMETER = new RegExp(`(${TOKEN})[ \\t]*=[ \\t]*(${TOKEN}|${QUOTED})`, 'y');
// A scheme stands alone or before its parameters; a token68 after it (no registry sends one) is skipped.
const SCHEME = new RegExp(`(${TOKEN})(?=[ \\t,]|$)`, 'y');
const SEPARATOR = /[ \t,]+/y;

/**
 * Reads a `WWW-Authenticate` header: any number of challenges in one line. What cannot be read ends the list;
 * nothing is guessed. The value must be of sane length (HTTP clients cap headers).
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 */
export function parseChallenges(header: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let position = 0;
  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = position;
    const match = pattern.exec(header);
    if (match !== null) position = pattern.lastIndex;
    return match;
  };
  for (;;) {
    take(SEPARATOR);
    const parameter = take(PARAMETER);
    if (parameter !== null) {
      const [, name = '', value = ''] = parameter;
      // The first value wins, so that a repeated name cannot replace what was read.
      const parameters = challenges.at(-1)?.parameters;
      if (parameters?.has(name.toLowerCase()) === false) {
        parameters.set(name.toLowerCase(), unquote(value));
      }
      continue;
    }
    const scheme = take(SCHEME);
    if (scheme === null) return challenges;
    challenges.push({ scheme: (scheme[1] ?? '').toLowerCase(), parameters: new Map() });
  }
}

function unquote(text: string): string {
  return text.startsWith('"') ? text.slice(1, -1).replace(/\\(.)/g, '$1') : text;
}
