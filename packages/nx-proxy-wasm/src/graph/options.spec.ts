import { describe, expect, it } from 'vitest';
import { normalizeOptions } from './options';

describe('normalizeOptions', () => {
  it.each([
    ['registered by name', undefined],
    ['an empty object', {}],
  ])('fits Higress with nothing set: %s', (_, raw) => {
    const options = normalizeOptions(raw);
    expect(options).toMatchObject({
      buildTargetName: 'build-wasm',
      publishTargetName: 'publish-oci',
      repository: 'plugins/{projectName}',
    });
    expect(options.registry).toBeUndefined();
    expect(options.sdkImports).toContain('github.com/higress-group/wasm-go/pkg');
  });

  it('keeps what is set and fills in the rest', () => {
    expect(
      normalizeOptions({ registry: 'r.example.com', testTargetName: 'go-test' }),
    ).toMatchObject({
      registry: 'r.example.com',
      testTargetName: 'go-test',
      packTargetName: 'pack-oci',
    });
  });

  it.each<[string, unknown, RegExp]>([
    [
      'a mistyped option',
      { buildTarget: 'x', bulidTargetName: 'x' },
      /unknown option "buildTarget"/,
    ],
    ['a near miss, naming the right one', { registery: 'x' }, /Did you mean "registry"\?/],
    ['a far miss, naming all', { colour: 'red' }, /Known options: buildTargetName, /],
    ['a number for a text', { registry: 5 }, /"registry" must be a non-empty text/],
    ['an empty text', { repository: ' ' }, /"repository" must be a non-empty text/],
    ['a text for a list', { include: 'plugins/**' }, /"include" must be a list of texts/],
    ['a list for the whole', [], /must be an object/],
    ['a name of Object.prototype', { toString: 'x' }, /unknown option "toString"/],
    [
      'two targets of one name',
      { packTargetName: 'build-wasm' },
      /two targets the name "build-wasm"/,
    ],
    [
      'a name that nx reads as another',
      { testTargetName: 't' },
      /nx reads the target name "t" as "test"/,
    ],
  ])('refuses %s', (_, raw, message) => {
    expect(() => normalizeOptions(raw)).toThrow(message);
  });
});
