import { ProxyWasmError } from '../errors';
import { hasTag, type BuildContext } from './build-context';

/** A parsed `//go:build` expression. */
export type ConstraintExpression =
  | { readonly kind: 'tag'; readonly tag: string }
  | { readonly kind: 'not'; readonly operand: ConstraintExpression }
  | {
      readonly kind: 'and' | 'or';
      readonly left: ConstraintExpression;
      readonly right: ConstraintExpression;
    };

/** The go command's own limit: it keeps the recursion shallow. */
const MAX_OPERANDS = 1000;
const TOKEN = /[ \t]*(?:(&&|\|\||[()!])|([\p{L}\p{Nd}_.]+)|($))/uy;

/**
 * Parses the expression of a `//go:build` line (the text after `//go:build`).
 *
 * @param file the name used in errors
 * @throws ProxyWasmError `bad-input` when the go command would refuse the line
 * @see https://pkg.go.dev/go/build/constraint
 */
export function parseConstraint(expression: string, file: string): ConstraintExpression {
  const refuse = (rule: string) =>
    new ProxyWasmError('bad-input', `the //go:build line is malformed: ${rule}`, {
      subject: file,
      remedy: 'Write it as: //go:build wasip1 && !debug',
    });
  let at = 0;
  let operands = 0;
  let token: { readonly text: string; readonly isTag: boolean };

  const advance = () => {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(expression);
    if (match === null) throw refuse(`unexpected text at column ${at + 1}`);
    at = TOKEN.lastIndex;
    const [, operator, tag] = match;
    token = { text: operator ?? tag ?? '', isTag: tag !== undefined };
    return token;
  };
  const chain = (kind: 'and' | 'or', sign: string, operand: () => ConstraintExpression) => {
    let left = operand();
    while (token.text === sign) left = { kind, left, right: operand() };
    return left;
  };
  const disjunction = (): ConstraintExpression => chain('or', '||', conjunction);
  const conjunction = (): ConstraintExpression => chain('and', '&&', negation);
  const negation = (): ConstraintExpression => {
    operands++;
    if (operands > MAX_OPERANDS) throw refuse(`it has more than ${MAX_OPERANDS} operands`);
    if (advance().text !== '!') return atom();
    if (advance().text === '!') throw refuse('double negation is not allowed');
    return { kind: 'not', operand: atom() };
  };
  const atom = (): ConstraintExpression => {
    const { text, isTag } = token;
    if (text === '(') {
      const inner = disjunction();
      if (token.text !== ')') throw refuse('a parenthesis is not closed');
      advance();
      return inner;
    }
    if (!isTag) throw refuse(text === '' ? 'a tag is missing at the end' : `unexpected ${text}`);
    advance();
    return { kind: 'tag', tag: text };
  };

  token = { text: '', isTag: false };
  const result = disjunction();
  if (token.text !== '') throw refuse(`unexpected ${token.text}`);
  return result;
}

/** Whether the expression holds in the context. */
export function evaluateConstraint(
  expression: ConstraintExpression,
  context: BuildContext,
): boolean {
  switch (expression.kind) {
    case 'tag':
      return hasTag(context, expression.tag);
    case 'not':
      return !evaluateConstraint(expression.operand, context);
    case 'and':
      return (
        evaluateConstraint(expression.left, context) &&
        evaluateConstraint(expression.right, context)
      );
    case 'or':
      return (
        evaluateConstraint(expression.left, context) ||
        evaluateConstraint(expression.right, context)
      );
  }
}
