import { describe, expect, it } from 'vitest';
import { checkOptions, type OptionKinds } from './option-check';

interface Options {
  readonly registry?: string;
  readonly args?: readonly string[];
  readonly dryRun?: boolean;
  readonly timeout?: number;
  readonly shape?: 'higress' | 'compat';
}

const KINDS: OptionKinds<Options> = {
  registry: 'text',
  args: 'list',
  dryRun: 'flag',
  timeout: 'positive number',
  shape: ['higress', 'compat'],
};

const check = (raw: unknown) => checkOptions<Options>(raw, KINDS, 'p:publish-oci');

describe('checkOptions', () => {
  it.each<[string, unknown, Partial<Options>]>([
    ['nothing', undefined, {}],
    ['members that are undefined', { registry: undefined }, {}],
    [
      'values of every kind',
      { registry: 'r', args: ['-v'], dryRun: true, timeout: 1.5, shape: 'compat' },
      { registry: 'r', args: ['-v'], dryRun: true, timeout: 1.5, shape: 'compat' },
    ],
    ['a switch spelled on the command line', { dryRun: 'false' }, { dryRun: false }],
    ['a number spelled on the command line', { timeout: '60' }, { timeout: 60 }],
  ])('accepts %s', (_, raw, expected) => {
    expect(check(raw)).toEqual(expected);
  });

  it.each<[string, unknown, RegExp]>([
    [
      'an unknown option',
      { tags: 1 },
      /^p:publish-oci: unknown option "tags"\n {2}Did you mean "args"\?|Known options/,
    ],
    ['a near miss', { registery: 'x' }, /Did you mean "registry"\?/],
    ['a name of Object.prototype', { constructor: 'x' }, /unknown option "constructor"/],
    ['an empty text', { registry: ' ' }, /"registry" must be a non-empty text/],
    ['an option given twice', { registry: ['a', 'b'] }, /"registry" must be a non-empty text/],
    [
      'a number for a text, saying how it came about',
      { registry: 1.1 },
      /Nx took it for the number 1\.1/,
    ],
    ['no number', { timeout: 'soon' }, /"timeout" must be a number above 0/],
    ['nought', { timeout: 0 }, /"timeout" must be a number above 0/],
    ['infinity', { timeout: Infinity }, /"timeout" must be a number above 0/],
    ['a word for a switch', { dryRun: 'maybe' }, /"dryRun" must be true or false/],
    [
      'another word',
      { shape: 'comapt' },
      /one of higress, compat, not "comapt"\n {2}Did you mean "compat"\?/,
    ],
    ['a value without a name', { _: ['1.0.0'] }, /"1\.0\.0" belongs to no option/],
    ['a list', [], /must be an object/],
  ])('refuses %s', (_, raw, message) => {
    expect(() => check(raw)).toThrow(message);
  });
});
