import { ProxyWasmError } from '../errors';
import { findEmbedPatterns } from './embed-directive';
import { goStringEnd, unquoteGoString } from './go-string';
import { leadingConstraint } from './leading-constraint';

/** What the top of a Go file tells, up to the end of its imports. */
export interface SourceHeader {
  readonly packageName: string;
  /** Import paths in the order of the file, `"C"` left out. */
  readonly imports: readonly string[];
  /** The file imports `"C"`: with cgo off the go command leaves it out of the build. */
  readonly usesCgo: boolean;
  /** The build constraint as a `//go:build` expression; undefined when there is none, empty text is malformed. */
  readonly constraint: string | undefined;
  /** The patterns of the `//go:embed` lines, without quotes; looked for only where `embed` is imported. */
  readonly embedPatterns: readonly string[];
}

const WORD = /[A-Za-z0-9_\u0080-\uffff]+/y;
const COMMON_IMPORT_PATH = /^[A-Za-z0-9_./~+-]+$/;
/** What the language forbids in an import path. */
const ILLEGAL_IN_IMPORT = /[!"#$%&'()*,:;<=>?[\\\]^{|}`\ufffd\p{C}\p{Z}]/u;

/**
 * Reads the header of a Go file: the package clause, the imports, the build constraint, the embeds. The body is not
 * looked at, except for `//go:embed` lines where the file imports `embed`.
 *
 * @param text the whole file
 * @param file the name used in errors
 * @throws ProxyWasmError `bad-input` with `file:line:column` when the header is no Go
 * @see https://go.dev/ref/spec#Source_file_organization
 */
export function parseSourceHeader(text: string, file: string): SourceHeader {
  const lexer = new HeaderLexer(text, file);
  if (!lexer.takeWord('package')) throw lexer.error('there is no package clause');
  const beforePackage = text.slice(0, lexer.position);
  const packageName = lexer.takeIdentifier();
  if (packageName === undefined) throw lexer.error('the package clause has no name');
  const paths: string[] = [];
  while (lexer.takeWord('import')) {
    if (!lexer.takeSign('(')) {
      paths.push(readImport(lexer));
      continue;
    }
    while (!lexer.takeSign(')')) paths.push(readImport(lexer));
  }
  const constraint = beforePackage.includes('build')
    ? leadingConstraint(beforePackage, file)
    : undefined;
  return {
    packageName,
    imports: paths.filter((path) => path !== 'C'),
    usesCgo: paths.includes('C'),
    constraint,
    embedPatterns: paths.includes('embed') ? findEmbedPatterns(text) : [],
  };
}

/** An import spec: a path, before it a name, `.` or `_` or nothing. */
function readImport(lexer: HeaderLexer): string {
  if (!lexer.takeSign('.')) lexer.takeIdentifier();
  const path = lexer.takeString();
  if (path === undefined) throw lexer.error('an import path in quotes is expected here');
  if (path === '' || (!COMMON_IMPORT_PATH.test(path) && ILLEGAL_IN_IMPORT.test(path))) {
    throw lexer.error(`"${path}" is not a valid import path`);
  }
  return path;
}

/** Walks a Go file token by token; blanks, comments and semicolons between tokens are skipped. */
class HeaderLexer {
  readonly #text: string;
  readonly #file: string;
  position: number;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#file = file;
    this.position = text.startsWith('\ufeff') ? 1 : 0;
  }

  /** Takes the word if it is the next token. */
  takeWord(word: string): boolean {
    const start = this.#skipBlanks();
    if (!this.#text.startsWith(word, start) || this.#wordEnd(start) !== start + word.length) {
      return false;
    }
    this.position = start + word.length;
    return true;
  }

  takeIdentifier(): string | undefined {
    const start = this.#skipBlanks();
    const end = this.#wordEnd(start);
    this.position = end;
    return end === start ? undefined : this.#text.slice(start, end);
  }

  takeSign(sign: string): boolean {
    const found = this.#text[this.#skipBlanks()] === sign;
    if (found) this.position++;
    return found;
  }

  /** Takes a string literal and gives its value; undefined when the next token is none. */
  takeString(): string | undefined {
    const start = this.#skipBlanks();
    const quote = this.#text[start];
    if (quote !== '"' && quote !== '`') return undefined;
    const end = goStringEnd(this.#text, start);
    if (end === undefined) throw this.error('this string is not closed');
    const value = unquoteGoString(this.#text.slice(start, end));
    if (value === undefined) throw this.error('this string holds an escape that Go does not know');
    this.position = end;
    return value;
  }

  /** An error at the current position. */
  error(rule: string): ProxyWasmError {
    const before = this.#text.slice(0, this.position);
    const line = before.split('\n').length;
    const column = before.length - before.lastIndexOf('\n');
    return new ProxyWasmError('bad-input', rule, {
      subject: `${this.#file}:${line}:${column}`,
      remedy: 'Correct the Go file; its header is: package name, then import declarations.',
    });
  }

  #skipBlanks(): number {
    const text = this.#text;
    let at = this.position;
    for (;;) {
      const code = text.charCodeAt(at);
      if (code === 32 || (code >= 9 && code <= 13 && code !== 11) || code === 59) {
        at++;
      } else if (code === 47 && text.startsWith('//', at)) {
        const newline = text.indexOf('\n', at);
        at = newline < 0 ? text.length : newline;
      } else if (code === 47 && text.startsWith('/*', at)) {
        const close = text.indexOf('*/', at + 2);
        if (close < 0) {
          this.position = at;
          throw this.error('this comment is not closed');
        }
        at = close + 2;
      } else {
        this.position = at;
        return at;
      }
    }
  }

  #wordEnd(start: number): number {
    WORD.lastIndex = start;
    return WORD.test(this.#text) ? WORD.lastIndex : start;
  }
}
