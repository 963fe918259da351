import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProxyWasmError } from '../errors';
import { type Descriptor } from './artifact';
import { sha256Digest } from './digest';
import { encodeManifest, parseManifest, type Manifest } from './manifest';
import { DOCKER_MANIFEST, OCI_MANIFEST } from './media-types';

const EMPTY = `sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a`;
const CONFIG: Descriptor = {
  mediaType: 'application/vnd.unknown.config.v1+json',
  digest: EMPTY,
  size: 2,
};

function text(manifest: Manifest): string {
  return Buffer.from(encodeManifest(manifest)).toString('utf8');
}

function parse(json: unknown): Manifest {
  return parseManifest(Buffer.from(JSON.stringify(json)), 'registry.example.com/a:1');
}

describe('encodeManifest', () => {
  it('writes what oras 1.3.3 pushed for the same descriptors, byte for byte', () => {
    // oras push --oci-layout --image-spec v1.0 -a org.opencontainers.image.created=2020-01-01T00:00:00Z
    //   -a 'x=<&> é "q"' layout:1.0.0 spec.yaml:… README.md:… plugin.tar.gz:…
    const layer = (mediaType: string, title: string, content: string): Descriptor => ({
      mediaType,
      digest: sha256Digest(Buffer.from(content)),
      size: content.length,
      annotations: { 'org.opencontainers.image.title': title },
    });
    const bytes = encodeManifest({
      mediaType: OCI_MANIFEST,
      config: CONFIG,
      layers: [
        layer('application/vnd.module.wasm.spec.v1+yaml', 'spec.yaml', 'apiVersion: 1.0.0\n'),
        layer('application/vnd.module.wasm.doc.v1+markdown', 'README.md', '# a\n'),
        layer('application/vnd.oci.image.layer.v1.tar+gzip', 'plugin.tar.gz', 'gz'),
      ],
      annotations: {
        x: '<&> é "q"',
        'org.opencontainers.image.created': '2020-01-01T00:00:00Z',
      },
    });
    expect(bytes.byteLength).toBe(992);
    expect(sha256Digest(bytes)).toBe(
      'sha256:b3d88c52a4b6795e679999275f3819bf255e21f25c0128fa825685e581f883a7',
    );
  });

  it('writes fields in the order of the specification, and leaves out what is not there', () => {
    expect(text({ config: CONFIG, layers: [] })).toBe(
      `{"schemaVersion":2,"config":{"mediaType":"${CONFIG.mediaType}","digest":"${EMPTY}","size":2},"layers":[]}`,
    );
    const all = text({
      annotations: { a: 'b' },
      layers: [],
      config: CONFIG,
      artifactType: 'a/b',
      mediaType: OCI_MANIFEST,
    });
    expect(Object.keys(JSON.parse(all) as object)).toEqual([
      'schemaVersion',
      'mediaType',
      'artifactType',
      'config',
      'layers',
      'annotations',
    ]);
  });

  it('sorts annotation keys by bytes, and writes signs as Go does', () => {
    const annotations = {
      '😀': '',
      '\ufffd': '',
      b: '<>&\u2028\u2029',
      '10': '\b\f\n\u0001\u007f"\\/',
      '-': 'é',
      __proto: '',
    };
    const written = text({ config: CONFIG, layers: [], annotations });
    // Printed by encoding/json of Go 1.26 for the same map.
    expect(written.slice(written.indexOf('"annotations":') + 14, -1)).toBe(
      String.raw`{"-":"é","10":"\b\f\n\u0001` +
        '\u007f' +
        String.raw`\"\\/","__proto":"","b":"\u003c\u003e\u0026\u2028\u2029","` +
        '\ufffd":"","😀":""}',
    );
  });
});

describe('parseManifest', () => {
  const mediaType = fc
    .tuple(
      fc.stringMatching(/^[a-z][a-z0-9.+-]{0,20}$/),
      fc.stringMatching(/^[a-z][a-z0-9.+-]{0,40}$/),
    )
    .map(([type, subtype]) => `${type}/${subtype}`);
  const annotations = fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), {
    minKeys: 1,
    maxKeys: 5,
    noNullPrototype: true,
  });
  const descriptor = fc.record(
    {
      mediaType,
      digest: fc.uint8Array({ minLength: 32, maxLength: 32 }).map(sha256Digest),
      size: fc.maxSafeNat(),
      annotations,
    },
    { requiredKeys: ['mediaType', 'digest', 'size'], noNullPrototype: true },
  );
  const manifest = fc.record(
    {
      mediaType: fc.constantFrom(OCI_MANIFEST, DOCKER_MANIFEST),
      artifactType: mediaType,
      config: descriptor,
      layers: fc.array(descriptor, { maxLength: 4 }),
      annotations,
    },
    { requiredKeys: ['config', 'layers'], noNullPrototype: true },
  );

  it('reads back whatever was encoded', () => {
    fc.assert(
      fc.property(manifest, (value) => {
        const bytes = encodeManifest(value);
        expect(parseManifest(bytes, 'x')).toEqual(value);
        expect(Buffer.from(encodeManifest(parseManifest(bytes, 'x')))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  const good = { schemaVersion: 2, config: CONFIG, layers: [CONFIG] };

  it('drops members it does not know', () => {
    expect(
      parse({ ...good, subject: CONFIG, config: { ...CONFIG, data: 'e30=', urls: [] } }),
    ).toEqual({ config: CONFIG, layers: [CONFIG] });
  });

  it.each<[string, unknown, RegExp]>([
    ['null', null, /not a JSON object/],
    ['a list', [], /not a JSON object/],
    ['an index', { schemaVersion: 2, manifests: [] }, /index of images/],
    ['no schemaVersion', { ...good, schemaVersion: undefined }, /schemaVersion 2/],
    ['schemaVersion 1', { ...good, schemaVersion: 1 }, /schemaVersion 2/],
    ['schemaVersion as text', { ...good, schemaVersion: '2' }, /schemaVersion 2/],
    [
      'the media type of an index',
      { ...good, mediaType: 'application/x' },
      /calls itself application\/x/,
    ],
    ['a media type with a newline', { ...good, mediaType: 'a/b\n::error::' }, /not a media type/],
    ['a media type that is a number', { ...good, artifactType: 1 }, /artifactType that is not/],
    ['no config', { ...good, config: undefined }, /config is not a descriptor/],
    ['a config that is a list', { ...good, config: [] }, /config is not a descriptor/],
    ['no layers', { ...good, layers: undefined }, /no list of layers/],
    ['layers that are no list', { ...good, layers: { length: 1 } }, /no list of layers/],
    ['a null layer', { ...good, layers: [null] }, /layers\[0\] is not a descriptor/],
    [
      'no media type',
      { ...good, layers: [{ ...CONFIG, mediaType: undefined }] },
      /has no mediaType/,
    ],
    [
      'no digest',
      { ...good, layers: [CONFIG, { ...CONFIG, digest: '' }] },
      /layers\[1\] has no sha256/,
    ],
    [
      'a digest with a path',
      { ...good, layers: [{ ...CONFIG, digest: 'sha256:../../x' }] },
      /no sha256/,
    ],
    ['a negative size', { ...good, layers: [{ ...CONFIG, size: -1 }] }, /no size/],
    ['half a byte', { ...good, layers: [{ ...CONFIG, size: 0.5 }] }, /no size/],
    ['a size beyond integers', { ...good, layers: [{ ...CONFIG, size: 2 ** 60 }] }, /no size/],
    ['a size as text', { ...good, layers: [{ ...CONFIG, size: '2' }] }, /no size/],
    ['annotations as text', { ...good, annotations: 'x' }, /annotations/],
    ['an annotation of a number', { ...good, annotations: { a: 1 } }, /annotations/],
    [
      'an annotation of null',
      { ...good, config: { ...CONFIG, annotations: { a: null } } },
      /config has ann/,
    ],
    ['a field but for its case', { ...good, Layers: [] }, /"Layers", which is a known one/],
    ['a field with a long s', { ...good, layerſ: [] }, /which is a known one/],
    ['a descriptor field but for its case', { ...good, config: { ...CONFIG, SIZE: 1 } }, /"SIZE"/],
  ])('refuses %s', (_, json, message) => {
    const refused = {
      errorClass: 'verification-failed',
      message: expect.stringMatching(message) as unknown,
    };
    expect(() => parse(json)).toThrow(expect.objectContaining(refused));
    expect(() => parse(json)).toThrow(/registry\.example\.com\/a:1/);
  });

  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['half a manifest', Buffer.from(JSON.stringify(good).slice(0, 80))],
    ['a page of HTML', Buffer.from('<!doctype html>')],
    ['two objects', Buffer.from('{}{}')],
    ['broken UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['a byte order mark', Buffer.from(`\ufeff${JSON.stringify(good)}`)],
    ['a deep nest of lists', Buffer.from('['.repeat(1_000_000))],
    [
      'a deep nest in an unknown field',
      Buffer.from(
        `{"x":${'{"a":'.repeat(100)}1${'}'.repeat(100)},${JSON.stringify(good).slice(1)}`,
      ),
    ],
    ['a string without end', Buffer.from(`{"${'\\'.repeat(1_000_001)}`)],
    ['5 MiB', Buffer.from(JSON.stringify({ ...good, x: 'x'.repeat(5 * 1024 * 1024) }))],
  ])('refuses %s', (_, bytes) => {
    expect(() => parseManifest(bytes, 'x')).toThrow(ProxyWasmError);
  });

  it('answers any bytes with a manifest or with our error', () => {
    const start = encodeManifest({ ...good, annotations: { a: 'b' } });
    fc.assert(
      fc.property(fc.nat(start.byteLength - 1), fc.nat(255), (at, value) => {
        const bytes = Buffer.from(start);
        bytes[at] = value;
        try {
          parseManifest(bytes, 'x');
        } catch (error) {
          expect(error).toBeInstanceOf(ProxyWasmError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
