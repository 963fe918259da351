/** One element of a pattern: any run of characters, or one character out of a set. */
type Term = 'any' | ((character: string) => boolean);

/**
 * Compiles a shell pattern for one path element, with the syntax of Go's `path.Match`: `*`, `?`, `[a-z]`, `[^a-z]`, `\`.
 * Matching takes at most pattern length times name length steps.
 *
 * @returns a predicate on names, or undefined when the pattern is malformed
 * @see https://pkg.go.dev/path#Match
 */
export function compileNamePattern(pattern: string): ((name: string) => boolean) | undefined {
  const terms = parseTerms(Array.from(pattern));
  return terms === undefined ? undefined : (name) => matchesTerms(terms, Array.from(name));
}

function parseTerms(pattern: readonly string[]): readonly Term[] | undefined {
  const terms: Term[] = [];
  let at = 0;
  while (at < pattern.length) {
    const character = pattern[at];
    at++;
    if (character === '*') {
      if (terms.at(-1) !== 'any') terms.push('any');
    } else if (character === '?') {
      terms.push(() => true);
    } else if (character === '[') {
      const parsed = parseClass(pattern, at);
      if (parsed === undefined) return undefined;
      terms.push(parsed.term);
      at = parsed.end;
    } else {
      const literal = character === '\\' ? pattern[at++] : character;
      if (literal === undefined) return undefined;
      terms.push((candidate) => candidate === literal);
    }
  }
  return terms;
}

/** A character class from after its `[`. */
function parseClass(
  pattern: readonly string[],
  start: number,
): { readonly term: Term; readonly end: number } | undefined {
  const ranges: (readonly [low: number, high: number])[] = [];
  const negated = pattern[start] === '^';
  let at = negated ? start + 1 : start;
  const readBound = (): number | undefined => {
    const character = pattern[at];
    if (character === undefined || character === '-' || character === ']') return undefined;
    const literal = character === '\\' ? pattern[at + 1] : character;
    at += character === '\\' ? 2 : 1;
    return literal?.codePointAt(0);
  };
  while (pattern[at] !== ']' || ranges.length === 0) {
    const low = readBound();
    if (low === undefined) return undefined;
    let high: number | undefined = low;
    if (pattern[at] === '-') {
      at++;
      high = readBound();
      if (high === undefined) return undefined;
    }
    ranges.push([low, high]);
  }
  const term = (character: string) => {
    const code = character.codePointAt(0) ?? 0;
    return ranges.some(([low, high]) => low <= code && code <= high) !== negated;
  };
  return { term, end: at + 1 };
}

/** On a mismatch only the last `*` takes one character more: earlier ones cannot help. */
function matchesTerms(terms: readonly Term[], name: readonly string[]): boolean {
  let term = 0;
  let at = 0;
  let retry: { readonly term: number; readonly at: number } | undefined;
  while (at < name.length) {
    const current = terms[term];
    if (current === 'any') {
      term++;
      retry = { term, at };
    } else if (current?.(name[at] ?? '') === true) {
      term++;
      at++;
    } else if (retry !== undefined) {
      retry = { term: retry.term, at: retry.at + 1 };
      ({ term, at } = retry);
    } else {
      return false;
    }
  }
  return terms.slice(term).every((rest) => rest === 'any');
}
