import { describe, expect, it } from 'vitest';
import { ProxyWasmError } from '../errors';
import { parsePluginSpec } from './plugin-spec';

const parse = (text: string) => parsePluginSpec(text, 'p/spec.yaml');

describe('parsePluginSpec', () => {
  it('reads title, description and version, whatever else is there', () => {
    expect(
      parse(
        'apiVersion: 1.0.0\ninfo:\n  title: Auth\n  description: Asks.\n  version: 1.0.0\n  x-y: [1]\nspec: {}\n',
      ),
    ).toEqual({ title: 'Auth', description: 'Asks.', version: '1.0.0' });
  });

  it.each([
    ['an empty file', '', {}],
    ['no info', 'spec: 1\n', {}],
    ['info that is a list', 'info: [1, 2]\n', {}],
    ['a version that is a mapping', 'info: {version: {a: 1}}\n', {}],
    ['a version that YAML takes for a number', 'info: {version: 1.10}\n', { version: '1.10' }],
    ['a blank title', 'info: {title: "  "}\n', {}],
  ])('takes %s as it is', (_, text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  it('says where a file is not YAML', () => {
    expect(() => parse('info:\n  title: "unclosed\n')).toThrow(
      /^p\/spec\.yaml:\d+:\d+: not valid YAML/,
    );
  });

  it('does not expand a bomb of aliases', () => {
    const levels = Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`);
    expect(parse(`a0: &a0 x\n${levels.join('\n')}\ninfo: {version: 1.0.0}\n`)).toEqual({
      version: '1.0.0',
    });
  });

  it('refuses a file of absurd size', () => {
    expect(() => parse(`#${' '.repeat(1_000_001)}`)).toThrow(ProxyWasmError);
  });
});
