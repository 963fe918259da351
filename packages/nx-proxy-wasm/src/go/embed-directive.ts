import { goStringEnd, unquoteGoString } from './go-string';

/** Where a comment, a string or a character literal begins. */
const LITERAL_OR_COMMENT = /\/\/|\/\*|["`']/g;
const DIRECTIVE = '//go:embed';
const SPACE = /\s/;

/**
 * The patterns of all `//go:embed` comments of a Go file, without quotes, in order. Text inside strings and block
 * comments is no comment. A malformed directive is passed over, as `go list` does; the compiler reports it.
 *
 * @param text the whole file
 * @see https://pkg.go.dev/embed#hdr-Directives
 */
export function findEmbedPatterns(text: string): readonly string[] {
  const patterns: string[] = [];
  if (!text.includes(DIRECTIVE)) return patterns;
  const search = new RegExp(LITERAL_OR_COMMENT);
  for (let match = search.exec(text); match !== null; match = search.exec(text)) {
    const [opening] = match;
    if (opening === '//') {
      const newline = text.indexOf('\n', match.index);
      const end = newline < 0 ? text.length : newline;
      if (text.startsWith(DIRECTIVE, match.index)) {
        patterns.push(...parsePatterns(text.slice(match.index + DIRECTIVE.length, end)));
      }
      search.lastIndex = end;
    } else {
      const end = opening === '/*' ? blockCommentEnd(text, match.index) : literalEnd(text, match);
      if (end === undefined) break;
      search.lastIndex = end;
    }
  }
  return patterns;
}

function blockCommentEnd(text: string, start: number): number | undefined {
  const close = text.indexOf('*/', start + 2);
  return close < 0 ? undefined : close + 2;
}

/** An unclosed string or character ends with its line, as in Go's scanner; an unclosed raw string with the file. */
function literalEnd(text: string, match: RegExpExecArray): number | undefined {
  const end = goStringEnd(text, match.index);
  if (end !== undefined || match[0] === '`') return end;
  const newline = text.indexOf('\n', match.index);
  return newline < 0 ? undefined : newline;
}

/** Blank-separated words, `"..."` and `` `...` `` strings. */
function parsePatterns(args: string): readonly string[] {
  const patterns: string[] = [];
  if (args !== '' && !SPACE.test(args.charAt(0))) return [];
  let at = 0;
  while (at < args.length) {
    const character = args.charAt(at);
    if (SPACE.test(character)) {
      at++;
      continue;
    }
    const quoted = character === '"' || character === '`';
    const end = quoted ? goStringEnd(args, at) : wordEnd(args, at);
    if (end === undefined || (end < args.length && !SPACE.test(args.charAt(end)))) return [];
    const word = args.slice(at, end);
    const pattern = quoted ? unquoteGoString(word) : word;
    if (pattern === undefined) return [];
    patterns.push(pattern);
    at = end;
  }
  return patterns;
}

function wordEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && !SPACE.test(text.charAt(at))) at++;
  return at;
}
