import { describe, expect, it } from 'vitest';
import { buildRemedy, foldBuildOutput } from './build-output';

describe('foldBuildOutput', () => {
  it('says once what Go says for every import of an unavailable module', () => {
    const missing = 'example.com/sdk@v1.0.0: reading sdk/@v/v1.0.0.zip: 403 Forbidden';
    const places = ['main.go:4:2: ', 'main.go:5:2: ', '../lib/x.go:3:2: '];
    expect(foldBuildOutput(places.map((at) => at + missing).join('\n'), [])).toBe(
      `main.go:4:2: ${missing} (and 2 more of this module)`,
    );
  });

  it('says once for each module what go.sum lacks', () => {
    const missing = (at: string, path: string) =>
      `${at}: missing go.sum entry for module providing package ${path} (imported by x); to add:\n\tgo get x`;
    const text = [
      missing('a.go:1:2', 'example.com/sdk/proxywasm'),
      missing('a.go:2:2', 'example.com/sdk/proxywasm/types'),
      missing('a.go:3:2', 'example.com/sdk-extra/log'),
      missing('a.go:4:2', 'example.com/unknown'),
    ].join('\n');
    expect(foldBuildOutput(text, ['example.com/sdk', 'example.com/sdk-extra'])).toBe(
      [
        'a.go:1:2: missing go.sum entry for module providing package example.com/sdk/proxywasm (imported by x) (and 1 more of this module)',
        'a.go:3:2: missing go.sum entry for module providing package example.com/sdk-extra/log (imported by x)',
        'a.go:4:2: missing go.sum entry for module providing package example.com/unknown (imported by x)',
      ].join('\n'),
    );
  });

  it('keeps different causes, in their order', () => {
    const text = [
      'main.go:4:2: example.com/a@v1.0.0: 403 Forbidden',
      'main.go:5:2: example.com/b@v1.0.0: 403 Forbidden',
      'main.go:6:2: example.com/a@v1.1.0: 403 Forbidden',
    ].join('\n');
    expect(foldBuildOutput(text, [])).toBe(text);
  });

  it('leaves compiler errors as Go prints them, without the progress before them', () => {
    const text =
      '# example.com/p\n./main.go:28:59: undefined: Log\n./main.go:29:59: undefined: Log';
    expect(foldBuildOutput(`go: downloading example.com/a v1.0.0\n${text}\n`, [])).toBe(text);
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
