import { ProxyWasmError } from '../errors';

const GO_BUILD = /^\/\/go:build(?=\s|$)/;
const PLUS_BUILD = /^\/\/\s*\+build(?=\s|$)/;
const TAG = /^[\p{L}\p{Nd}_.]+$/u;
/** The go command passes over a `+build` line with more operators than this. */
const MAX_PLUS_BUILD_OPERATORS = 100;

/**
 * The build constraint at the top of a Go or assembly file as a `//go:build` expression. A `//go:build` line wins; only
 * without one count the `// +build` lines that stand before the last blank line of the leading comments.
 *
 * @param text the file from its beginning; nothing after the first word of code is looked at
 * @param file the name used in errors
 * @returns undefined when there is no constraint
 * @throws ProxyWasmError `bad-input` when there are two `//go:build` lines
 * @see https://pkg.go.dev/cmd/go#hdr-Build_constraints (rule: shouldBuild in Go's src/go/build/build.go)
 */
export function leadingConstraint(text: string, file: string): string | undefined {
  let goBuild: string | undefined;
  const plusBuild: string[] = [];
  /** How many of the `+build` lines a blank line follows. */
  let confirmed = 0;
  let onlyLineComments = true;
  let inBlockComment = false;
  let lineNumber = 0;
  for (let start = text.startsWith('\ufeff') ? 1 : 0; start < text.length;) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    let line = text.slice(start, end).trim();
    start = end + 1;
    lineNumber++;
    if (line === '' && onlyLineComments) {
      confirmed = plusBuild.length;
      continue;
    }
    if (!line.startsWith('//')) onlyLineComments = false;
    if (!inBlockComment && GO_BUILD.test(line)) {
      if (goBuild !== undefined) {
        throw new ProxyWasmError('bad-input', 'there is a second //go:build line', {
          subject: `${file}:${lineNumber}:1`,
          remedy: 'Join the two expressions with &&.',
        });
      }
      goBuild = line.replace(GO_BUILD, '').trim();
    }
    if (onlyLineComments && PLUS_BUILD.test(line)) plusBuild.push(line.replace(PLUS_BUILD, ''));

    while (line !== '' && (inBlockComment || !line.startsWith('//'))) {
      if (inBlockComment) {
        const close = line.indexOf('*/');
        if (close < 0) break;
        inBlockComment = false;
        line = line.slice(close + 2).trim();
      } else if (line.startsWith('/*')) {
        inBlockComment = true;
        line = line.slice(2).trim();
      } else {
        return goBuild ?? convertPlusBuild(plusBuild.slice(0, confirmed));
      }
    }
  }
  return goBuild ?? convertPlusBuild(plusBuild.slice(0, confirmed));
}

/** Lines are joined by AND, the words of a line by OR, the comma parts of a word by AND. */
function convertPlusBuild(lines: readonly string[]): string | undefined {
  const conditions: string[] = [];
  for (const line of lines) {
    const words = line.split(/\s+/).filter((word) => word !== '');
    const alternatives = words.map((word) => word.split(',').map(convertLiteral));
    if (alternatives.flat().length - 1 > MAX_PLUS_BUILD_OPERATORS) continue;
    const condition = alternatives.map((parts) => parts.join(' && ')).join(' || ');
    conditions.push(words.length === 0 ? 'ignore' : condition);
  }
  const [only, ...more] = conditions;
  if (only === undefined) return undefined;
  return more.length === 0 ? only : `(${conditions.join(') && (')})`;
}

/** What is no tag makes the old syntax false, like the conventional tag `ignore`. */
function convertLiteral(literal: string): string {
  if (literal === '!' || literal.startsWith('!!')) return 'ignore';
  const negated = literal.startsWith('!');
  const tag = negated ? literal.slice(1) : literal;
  return (negated ? '!' : '') + (TAG.test(tag) ? tag : 'ignore');
}
