import { ProxyWasmError } from '../errors';
import { goStringEnd } from './go-string';

/** One logical line of a go.mod or go.work file: a directive, alone or as an entry of a block. */
export interface Statement {
  readonly file: string;
  /** The directive: the first word of the line, or of the block that the line stands in. */
  readonly verb: string;
  /** The words after the directive as they are written, quotes included. */
  readonly args: readonly string[];
  readonly inBlock: boolean;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 code units. */
  readonly column: number;
  /** The `//` comment at the end of the line, without the slashes. */
  readonly comment: string | undefined;
}

interface Line {
  readonly words: readonly string[];
  readonly column: number;
  readonly comment: string | undefined;
}

interface OpenBlock {
  /** Undefined when the block is of a kind nobody knows: its lines are passed over. */
  readonly verb: string | undefined;
  readonly line: number;
  readonly column: number;
}

const BLANKS = /[ \t\r]*/y;
const PUNCTUATION = /[()[\]{},]/y;
const BARE_WORD = /[^\s()[\]{},]+/y;
const COMMENT_INSIDE = /\/[/*]/;
const NOT_PLAIN_ASCII = /[^!-~]/;
const UNPRINTABLE = /[\p{C}\p{Z}]/u;

/**
 * Splits a go.mod or go.work file into its directives. Blocks are flattened; directives nobody knows are
 * returned like any other, blocks with more than one word before the parenthesis are left out.
 *
 * @throws ProxyWasmError `bad-input` with `file:line:column` when the text breaks the lexical grammar
 * @see https://go.dev/ref/mod#go-mod-file-lexical
 */
export function parseModSyntax(text: string, file: string): readonly Statement[] {
  const statements: Statement[] = [];
  let block: OpenBlock | undefined;
  let lineNumber = 0;
  for (const lineText of text.split('\n')) {
    lineNumber++;
    const { words, column, comment } = readLine(lineText, file, lineNumber);
    const [first] = words;
    if (first === undefined) continue;
    const position = { file, line: lineNumber, column, comment };
    if (block !== undefined) {
      if (first !== ')') {
        const { verb } = block;
        if (verb !== undefined) statements.push({ ...position, verb, args: words, inBlock: true });
      } else if (words.length === 1) {
        block = undefined;
      } else {
        throw modError(position, 'the line after a closing parenthesis has to end there');
      }
    } else if (words.length > 1 && words.at(-1) === '(') {
      block = { verb: words.length === 2 ? first : undefined, line: lineNumber, column };
    } else if (words.length < 3 || words.at(-2) !== '(' || words.at(-1) !== ')') {
      statements.push({ ...position, verb: first, args: words.slice(1), inBlock: false });
    }
  }
  if (block !== undefined) throw modError({ ...block, file }, 'this block is never closed with )');
  return statements;
}

/**
 * An error about a place in a go.mod or go.work file.
 *
 * @param rule what the file breaks, without a final full stop
 */
export function modError(
  at: { readonly file: string; readonly line: number; readonly column: number },
  rule: string,
  remedy = 'Correct the line; the grammar is at https://go.dev/ref/mod.',
): ProxyWasmError {
  return new ProxyWasmError('bad-input', rule, {
    subject: `${at.file}:${at.line}:${at.column}`,
    remedy,
  });
}

function readLine(text: string, file: string, line: number): Line {
  const words: string[] = [];
  let column = 1;
  for (let at = matchEnd(BLANKS, text, 0); at < text.length; at = matchEnd(BLANKS, text, at)) {
    if (text.startsWith('//', at)) {
      return { words, column, comment: text.slice(at + 2).trim() };
    }
    const end = wordEnd(text, at, { file, line, column: at + 1 });
    if (words.length === 0) column = at + 1;
    words.push(text.slice(at, end));
    at = end;
  }
  return { words, column, comment: undefined };
}

function wordEnd(
  text: string,
  start: number,
  position: { readonly file: string; readonly line: number; readonly column: number },
): number {
  if (text[start] === '"' || text[start] === '`') {
    const end = goStringEnd(text, start);
    if (end === undefined) throw modError(position, 'this quoted string is not closed on its line');
    return end;
  }
  const punctuationEnd = matchEnd(PUNCTUATION, text, start);
  if (punctuationEnd > start) return punctuationEnd;
  const candidate = text.slice(start, matchEnd(BARE_WORD, text, start));
  const comment = candidate.search(COMMENT_INSIDE);
  const word = comment < 0 ? candidate : candidate.slice(0, comment);
  if (candidate[comment + 1] === '*') {
    throw modError(position, 'only // comments are allowed here, not /* */');
  }
  if (word === '' || (NOT_PLAIN_ASCII.test(word) && UNPRINTABLE.test(word))) {
    throw modError(position, 'there is an unprintable character here');
  }
  return start + word.length;
}

/** Where a match of a sticky expression at `start` ends; `start` when there is none. */
function matchEnd(expression: RegExp, text: string, start: number): number {
  expression.lastIndex = start;
  return expression.test(text) ? expression.lastIndex : start;
}
