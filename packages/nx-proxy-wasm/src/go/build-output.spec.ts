import { describe, expect, it } from 'vitest';
import { buildRemedy, foldBuildOutput } from './build-output';

describe('foldBuildOutput', () => {
  it('says once what Go says for every import of an unavailable module', () => {
    const missing =
      'example.com/sdk@v1.0.0: reading https://proxy/example.com/sdk/@v/v1.0.0.zip: 403 Forbidden';
    expect(
      foldBuildOutput(
        ['main.go:4:2: ', 'main.go:5:2: ', '../lib/x.go:3:2: ']
          .map((at) => at + missing)
          .join('\n'),
      ),
    ).toBe(`main.go:4:2: ${missing} (and 2 more like it)`);
  });

  it('keeps different causes, in their order', () => {
    const text = [
      'main.go:4:2: example.com/a@v1.0.0: 403 Forbidden',
      'main.go:5:2: example.com/b@v1.0.0: 403 Forbidden',
      'main.go:6:2: example.com/a@v1.1.0: 403 Forbidden',
    ].join('\n');
    expect(foldBuildOutput(text)).toBe(text);
  });

  it('leaves compiler errors as Go prints them', () => {
    const text =
      '# example.com/p\n./main.go:28:59: undefined: Log\n./main.go:29:59: undefined: Log';
    expect(foldBuildOutput(`${text}\n`)).toBe(text);
  });
});

describe('buildRemedy', () => {
  it.each([
    ['main.go:3:2: missing go.sum entry for module providing package x', /go mod tidy/],
    ['go: go.mod requires go >= 1.99 (running go 1.26.8; GOTOOLCHAIN=local)', /GOTOOLCHAIN=auto/],
    ['main.go:19:12: pattern data.txt: no matching files found', /go:embed is missing/],
    ['main.go:4:2: example.com/a@v1.0.0: reading x: 403 Forbidden', /GOPROXY/],
  ])('helps with %s', (stderr, remedy) => {
    expect(buildRemedy(stderr)).toMatch(remedy);
  });

  it('has nothing to add to a compiler error', () => {
    expect(buildRemedy('./main.go:28:59: undefined: Log')).toBeUndefined();
  });
});
