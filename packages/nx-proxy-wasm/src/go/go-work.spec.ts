import { describe, expect, it } from 'vitest';
import { ProxyWasmError } from '../errors';
import { parseGoWork } from './go-work';

describe('parseGoWork', () => {
  it('reads every directive', () => {
    const text = `go 1.25
toolchain go1.25.1
godebug panicnil=1
use .
use (
	./plugins/a // the first
	"./with space"
	..\\lib
)
replace example.com/x v1.0.0 => ./x
future directive
`;
    expect(parseGoWork(text, 'go.work')).toEqual({
      file: 'go.work',
      goVersion: '1.25',
      toolchain: 'go1.25.1',
      uses: ['.', './plugins/a', './with space', '../lib'],
      replaces: [
        {
          oldPath: 'example.com/x',
          oldVersion: 'v1.0.0',
          target: { kind: 'local', path: './x' },
        },
      ],
      godebugs: [{ key: 'panicnil', value: '1' }],
    });
  });

  it('is content with an empty file', () => {
    expect(parseGoWork('', 'go.work').uses).toEqual([]);
  });

  it.each(['use', 'use a b', 'go x', 'go 1.24\ngo 1.24', 'use (', 'replace a => b'])(
    'refuses %j',
    (text) => {
      expect(() => parseGoWork(text, 'go.work')).toThrow(ProxyWasmError);
    },
  );
});
