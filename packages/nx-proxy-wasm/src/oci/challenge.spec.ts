import { describe, expect, it } from 'vitest';

import { parseChallenges } from './challenge';

function read(header: string): unknown {
  return parseChallenges(header).map(({ scheme, parameters }) => [
    scheme,
    Object.fromEntries(parameters),
  ]);
}

describe('parseChallenges', () => {
  it.each<[string, unknown]>([
    ['Basic realm="Registry Realm"', [['basic', { realm: 'Registry Realm' }]]],
    [
      'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"',
      [
        [
          'bearer',
          {
            realm: 'https://auth.example/token',
            service: 'registry.example',
            scope: 'repository:a/b:pull,push',
          },
        ],
      ],
    ],
    [
      'Negotiate, Basic realm=plain , Bearer  Realm = "x\\"y"',
      [
        ['negotiate', {}],
        ['basic', { realm: 'plain' }],
        ['bearer', { realm: 'x"y' }],
      ],
    ],
    ['Bearer realm="first",realm="second"', [['bearer', { realm: 'first' }]]],
    ['realm="no scheme"', []],
    ['Bearer realm="never ends', [['bearer', {}]]],
    ['', []],
  ])('reads %j', (header, expected) => {
    expect(read(header)).toEqual(expected);
  });

  it('reads a hostile header of 16 KiB quickly', () => {
    expect(parseChallenges(`Bearer ${'\\"='.repeat(5_000)}`)).toHaveLength(1);
    expect(parseChallenges(`Bearer realm="${'\\'.repeat(16_000)}`)).toHaveLength(1);
    expect(parseChallenges('a'.repeat(16_000) + ' ='.repeat(100))).toHaveLength(1);
  });
});
