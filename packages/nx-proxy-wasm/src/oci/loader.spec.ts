import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { describe, expect, it } from 'vitest';
import { ProxyWasmError } from '../errors';
import { type Artifact, type Blob } from './artifact';
import { sha256Digest } from './digest';
import { loadAsGateway } from './loader';
import { encodeManifest, type Manifest } from './manifest';
import { DOCKER_MANIFEST, OCI_MANIFEST } from './media-types';
import { writeTar } from './tar';

const HEADER = Buffer.from('\0asm\x01\0\0\0', 'latin1');
const WASM = Buffer.concat([HEADER, Buffer.from('the module')]);

const TAR_GZIP = 'application/vnd.oci.image.layer.v1.tar+gzip';
const DOCKER_LAYER = 'application/vnd.docker.image.rootfs.diff.tar.gzip';
const README_TYPE = 'application/vnd.module.wasm.doc.v1+markdown';
const SPEC_TYPE = 'application/vnd.module.wasm.spec.v1+yaml';
const CONFIG_TYPE = 'application/vnd.module.wasm.config.v1+json';
const WASM_TYPE = 'application/vnd.module.wasm.content.layer.v1+wasm';

function blob(mediaType: string, bytes: Uint8Array | string): Blob {
  const content = Buffer.from(bytes);
  return {
    descriptor: { mediaType, digest: sha256Digest(content), size: content.length },
    bytes: content,
  };
}

const EMPTY = blob('application/vnd.unknown.config.v1+json', '{}');
const README = blob(README_TYPE, '# Readme');
const SPEC = blob(SPEC_TYPE, 'apiVersion: 1.0.0');
const RAW = blob(WASM_TYPE, WASM);
const RAW_CONFIG = blob(CONFIG_TYPE, '{}');

interface Make {
  readonly config?: Blob;
  readonly manifest?: Partial<Manifest>;
  /** The media type under which the manifest is given, where it differs from what it says. */
  readonly givenAs?: string;
}

function artifact(
  layers: readonly Blob[],
  { config = EMPTY, manifest = {}, givenAs }: Make = {},
): Artifact {
  const fields: Manifest = {
    mediaType: OCI_MANIFEST,
    config: config.descriptor,
    layers: layers.map(({ descriptor }) => descriptor),
    ...manifest,
  };
  return {
    manifest: blob(givenAs ?? fields.mediaType ?? OCI_MANIFEST, encodeManifest(fields)),
    config,
    layers,
  };
}

function tarGzip(name: string, content: Uint8Array = WASM): Blob {
  return blob(TAR_GZIP, gzipSync(writeTar([{ name, bytes: content }])));
}

interface Entry {
  readonly name: string;
  readonly type?: 'directory' | 'symlink';
  readonly linkname?: string;
  readonly pax?: Readonly<Record<string, string>>;
  readonly content?: Uint8Array;
}

async function tarGzipOf(...entries: readonly Entry[]): Promise<Blob> {
  const archive = pack();
  for (const { content = Buffer.alloc(0), ...header } of entries) {
    archive.entry(header, Buffer.from(content));
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return blob(TAR_GZIP, gzipSync(Buffer.concat(chunks)));
}

/** The archive that `git archive` would make: a global header with a comment comes first. */
function withGlobalHeader(): Blob {
  const comment = Buffer.from('13 comment=x\n');
  const header = Buffer.from(writeTar([{ name: 'pax_global_header', bytes: comment }]));
  header.write('g', 156);
  header.write('        ', 148);
  const sum = header.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const file = writeTar([{ name: 'plugin.wasm', bytes: WASM }]);
  return blob(TAR_GZIP, gzipSync(Buffer.concat([header.subarray(0, 1024), file])));
}

function changed({ descriptor, bytes }: Blob, change: (bytes: Buffer) => Buffer): Blob {
  return blob(descriptor.mediaType, change(Buffer.from(bytes)));
}

const MODULE = tarGzip('plugin.wasm');

describe('loadAsGateway', async () => {
  it.each<[string, Artifact]>([
    ['spec, README and the archive last', artifact([SPEC, README, MODULE])],
    ['the archive alone', artifact([MODULE])],
    ['the archive after two others', artifact([tarGzip('a'), tarGzip('b'), MODULE])],
    ['two READMEs of equal bytes', artifact([README, README, MODULE])],
    ['a layer that equals the config, not last', artifact([RAW_CONFIG, MODULE])],
    [
      'a real image configuration',
      artifact([MODULE], {
        config: blob('application/vnd.oci.image.config.v1+json', '{"os":"linux"}'),
      }),
    ],
    ['config and module as it is', artifact([RAW_CONFIG, RAW])],
    ['module and config', artifact([RAW, RAW_CONFIG])],
    ['README and module', artifact([README, RAW])],
    ['the module as it is, then the archive', artifact([RAW, MODULE])],
    ['an archive of another file after the module', artifact([RAW, tarGzip('main.wasm')])],
    ['an artifactType', artifact([MODULE], { manifest: { artifactType: 'application/x' } })],
    ['annotations', artifact([MODULE], { manifest: { annotations: { a: 'b' } } })],
    [
      'no media type in the manifest',
      ((all) => ({
        ...all,
        manifest: blob(
          OCI_MANIFEST,
          encodeManifest({
            config: EMPTY.descriptor,
            layers: [MODULE.descriptor],
          }),
        ),
      }))(artifact([MODULE])),
    ],
    [
      'an image of Docker',
      artifact([blob(DOCKER_LAYER, MODULE.bytes)], { manifest: { mediaType: DOCKER_MANIFEST } }),
    ],
    ['./plugin.wasm', artifact([tarGzip('./plugin.wasm')])],
    ['dist/plugin.wasm', artifact([tarGzip('dist/plugin.wasm')])],
    [
      'a PAX header',
      artifact([await tarGzipOf({ name: 'plugin.wasm', pax: { comment: 'x' }, content: WASM })]),
    ],
    [
      'a long name',
      artifact([await tarGzipOf({ name: `${'d/'.repeat(150)}plugin.wasm`, content: WASM })]),
    ],
    [
      'a README and a directory in the same archive',
      artifact([
        await tarGzipOf(
          { name: 'd/', type: 'directory' },
          { name: 'd/README.md', content: README.bytes },
          { name: 'd/plugin.wasm', content: WASM },
        ),
      ]),
    ],
    ['a global PAX header', artifact([withGlobalHeader()])],
  ])('loads %s', async (_, given) => {
    expect(Buffer.from(await loadAsGateway(given)).equals(WASM)).toBe(true);
  });

  const expectTar = `(expect ${TAR_GZIP})`;
  it.each<[string, Artifact, string]>([
    [
      'the archive first',
      artifact([MODULE, SPEC, README]),
      `could not parse as compat variant: invalid media type ${README_TYPE} ${expectTar}; ` +
        'could not parse as oci variant: number of layers must be 2 but got 3',
    ],
    [
      'the archive in the middle',
      artifact([SPEC, MODULE, README]),
      `invalid media type ${README_TYPE}`,
    ],
    ['the module alone', artifact([RAW]), 'number of layers must be 2 but got 1'],
    ['config, module and README', artifact([RAW_CONFIG, RAW, README]), 'must be 2 but got 3'],
    [
      'application/wasm',
      artifact([RAW_CONFIG, blob('application/wasm', WASM)]),
      `could not find the layer of type ${WASM_TYPE}`,
    ],
    [
      'one layer of application/wasm',
      artifact([blob('application/wasm', WASM)]),
      'invalid media type application/wasm',
    ],
    ['no layers', artifact([]), 'number of layers must be greater than zero'],
    [
      'a last layer that equals the config',
      artifact([MODULE, blob(TAR_GZIP, '{}')]),
      `invalid media type ${EMPTY.descriptor.mediaType} ${expectTar}`,
    ],
    [
      'a plain tar type',
      artifact([blob('application/vnd.oci.image.layer.v1.tar', MODULE.bytes)]),
      'invalid media type',
    ],
    [
      'zstd',
      artifact([blob('application/vnd.oci.image.layer.v1.tar+zstd', MODULE.bytes)]),
      'invalid media type',
    ],
    ['text/plain', artifact([blob('text/plain', MODULE.bytes)]), 'invalid media type text/plain'],
    [
      "Docker's layer type in an OCI manifest",
      artifact([blob(DOCKER_LAYER, MODULE.bytes)]),
      `invalid media type ${DOCKER_LAYER}`,
    ],
    [
      "OCI's layer type in a Docker manifest",
      artifact([MODULE], { manifest: { mediaType: DOCKER_MANIFEST } }),
      `as Docker container invalid media type ${TAR_GZIP} (expect ${DOCKER_LAYER})`,
    ],
    [
      'a Docker image with the module in the first of two layers',
      artifact([blob(DOCKER_LAYER, MODULE.bytes), blob(DOCKER_LAYER, tarGzip('a').bytes)], {
        manifest: { mediaType: DOCKER_MANIFEST },
      }),
      'plugin.wasm not found in the archive',
    ],
    [
      'config and module in a Docker manifest',
      artifact([RAW_CONFIG, RAW], { manifest: { mediaType: DOCKER_MANIFEST } }),
      `invalid media type ${WASM_TYPE}`,
    ],
    ['main.wasm', artifact([tarGzip('main.wasm')]), 'plugin.wasm not found in the archive'],
    ['Plugin.WASM', artifact([tarGzip('Plugin.WASM')]), 'plugin.wasm not found in the archive'],
    [
      'an empty archive',
      artifact([blob(TAR_GZIP, gzipSync(writeTar([])))]),
      'not found in the archive',
    ],
    [
      'a directory plugin.wasm',
      artifact([await tarGzipOf({ name: 'plugin.wasm/', type: 'directory' })]),
      'is a directory',
    ],
    [
      'a link plugin.wasm',
      artifact([await tarGzipOf({ name: 'plugin.wasm', type: 'symlink', linkname: 'x' })]),
      'fetched Wasm binary is invalid',
    ],
    [
      'a link plugin.wasm before the file',
      artifact([
        await tarGzipOf(
          { name: 'plugin.wasm', type: 'symlink', linkname: 'x' },
          { name: 'plugin.wasm', content: WASM },
        ),
      ]),
      'fetched Wasm binary is invalid',
    ],
    [
      'the module where an archive should be',
      artifact([blob(TAR_GZIP, WASM)]),
      'gzip: invalid header',
    ],
    ['an archive without gzip', artifact([blob(TAR_GZIP, writeTar([]))]), 'gzip: invalid header'],
    [
      'gzip without an archive',
      artifact([blob(TAR_GZIP, gzipSync(Buffer.alloc(999, 'x')))]),
      'not readable as tar',
    ],
    [
      'text',
      artifact([tarGzip('plugin.wasm', Buffer.from('some text'))]),
      'fetched Wasm binary is invalid',
    ],
    [
      'an empty file',
      artifact([tarGzip('plugin.wasm', Buffer.alloc(0))]),
      'fetched Wasm binary is invalid',
    ],
    [
      'half a header',
      artifact([tarGzip('plugin.wasm', HEADER.subarray(0, 7))]),
      'fetched Wasm binary is invalid',
    ],
    [
      'text as the raw module',
      artifact([RAW_CONFIG, blob(WASM_TYPE, 'some text')]),
      'fetched Wasm binary is invalid',
    ],
  ])('refuses %s, as gateways do', async (_, given, words) => {
    const error = await failure(given);
    expect(error.message).toContain('no gateway would load this: ');
    expect(error.message).toContain(words);
    expect(error.message).toContain(given.manifest.descriptor.digest);
  });

  it.each<[string, Artifact, RegExp]>([
    [
      'a trailer that is cut off',
      artifact([changed(MODULE, (b) => b.subarray(0, -8))]),
      /gzip stream/,
    ],
    [
      'a stream that is cut in half',
      artifact([changed(MODULE, (b) => b.subarray(0, b.length / 2))]),
      /gzip stream/,
    ],
    [
      'a wrong checksum',
      artifact([changed(MODULE, (b) => (b.writeUInt8(b.at(-8)! ^ 1, b.length - 8), b))]),
      /gzip stream/,
    ],
    [
      'bytes after the stream',
      artifact([changed(MODULE, (b) => Buffer.concat([b, Buffer.alloc(3)]))]),
      /gzip stream/,
    ],
    [
      'two modules',
      artifact([
        await tarGzipOf(
          { name: 'plugin.wasm', content: WASM },
          { name: 'plugin.wasm', content: HEADER },
        ),
      ]),
      /twice/,
    ],
    [
      'a decoy in a directory',
      artifact([
        await tarGzipOf(
          { name: 'old/plugin.wasm', content: WASM },
          { name: 'plugin.wasm', content: WASM },
        ),
      ]),
      /twice/,
    ],
    [
      'what macOS puts before a file',
      artifact([
        await tarGzipOf(
          { name: '._plugin.wasm', content: HEADER },
          { name: 'plugin.wasm', content: WASM },
        ),
      ]),
      /"\._plugin\.wasm" beside/,
    ],
    [
      'another module after it',
      artifact([
        await tarGzipOf(
          { name: 'plugin.wasm', content: WASM },
          { name: 'b/X.WASM', content: WASM },
        ),
      ]),
      /"b\/X\.WASM" beside/,
    ],
    [
      'a link beside the module',
      artifact([
        await tarGzipOf(
          { name: 'plugin.wasm', content: WASM },
          { name: 'l', type: 'symlink', linkname: '/' },
        ),
      ]),
      /"l", a symlink/,
    ],
    [
      'a component',
      artifact([tarGzip('plugin.wasm', Buffer.from('\0asm\x0d\0\x01\0', 'latin1'))]),
      /not a WebAssembly module of version 1/,
    ],
    [
      'junk after the magic',
      artifact([RAW_CONFIG, blob(WASM_TYPE, '\0asmjunkjunk')]),
      /of version 1/,
    ],
    ['another given media type', artifact([MODULE], { givenAs: DOCKER_MANIFEST }), /calls itself/],
  ])('refuses %s, although gateways would load it', async (_, given, message) => {
    expect((await failure(given)).message).toMatch(message);
  });

  const whole = artifact([README, MODULE]);
  it.each<[string, Artifact, RegExp]>([
    [
      'a flipped byte in the archive',
      { ...whole, layers: [README, flip(MODULE)] },
      /layer 2 has the digest/,
    ],
    [
      'a flipped byte in a document',
      { ...whole, layers: [flip(README), MODULE] },
      /layer 1 has the digest/,
    ],
    [
      'a flipped byte in the config',
      { ...whole, config: flip(EMPTY) },
      /the config has the digest/,
    ],
    [
      'a flipped byte in the manifest',
      { ...whole, manifest: flip(whole.manifest) },
      /the manifest has the digest|JSON/,
    ],
    [
      'a byte too many',
      { ...whole, layers: [README, { ...MODULE, bytes: Buffer.concat([MODULE.bytes, HEADER]) }] },
      /layer 2 has \d+ bytes/,
    ],
    ['a layer too few', { ...whole, layers: [MODULE] }, /1 layers where the manifest names 2/],
    [
      'a layer too many',
      { ...whole, layers: [README, MODULE, MODULE] },
      /3 layers where the manifest names 2/,
    ],
    ['layers in another order', { ...whole, layers: [MODULE, README] }, /layer 1 has/],
    ['another config', { ...whole, config: README }, /the config has/],
    [
      'an index',
      { ...whole, manifest: blob(OCI_MANIFEST, '{"schemaVersion":2,"manifests":[]}') },
      /index/,
    ],
    ['no manifest', { ...whole, manifest: blob(OCI_MANIFEST, '') }, /JSON/],
  ])('refuses %s', async (_, given, message) => {
    expect((await failure(given)).message).toMatch(message);
  });

  it('goes by the media types of the manifest, not by those it was handed', async () => {
    const lying = { ...RAW, descriptor: { ...RAW.descriptor, mediaType: TAR_GZIP } };
    const given = artifact([RAW_CONFIG, RAW]);
    expect(Buffer.from(await loadAsGateway({ ...given, layers: [RAW_CONFIG, lying] }))).toEqual(
      WASM,
    );
  });

  it('keeps to the 256 MiB at which fetchers stop reading', async () => {
    const limit = 256 * 1024 * 1024;
    const large = Buffer.alloc(limit);
    HEADER.copy(large);
    const zip = (length: number) =>
      blob(
        TAR_GZIP,
        gzipSync(writeTar([{ name: 'plugin.wasm', bytes: large.subarray(0, length) }]), {
          level: 1,
        }),
      );
    expect(await loadAsGateway(artifact([zip(limit - 512)]))).toHaveLength(limit - 512);
    expect((await failure(artifact([zip(limit - 511)]))).message).toContain('unexpected EOF');
    expect((await failure(artifact([zip(limit)]))).message).toContain('unexpected EOF');
  });

  it('refuses a raw module over 256 MiB', async () => {
    const large = Buffer.alloc(256 * 1024 * 1024 + 1);
    HEADER.copy(large);
    const layer = {
      descriptor: { mediaType: WASM_TYPE, digest: sha256Digest(large), size: large.length },
      bytes: large,
    };
    const { message } = await failure(artifact([RAW_CONFIG, layer]));
    expect(message).toContain('wasm layer size exceeds maximum size 268435456');
  });
});

function flip({ descriptor, bytes }: Blob): Blob {
  const copy = Buffer.from(bytes);
  copy[copy.length - 2]! ^= 1;
  return { descriptor, bytes: copy };
}

async function failure(given: Artifact): Promise<ProxyWasmError> {
  const error = await loadAsGateway(given).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ProxyWasmError)) throw new Error(`not refused: ${String(error)}`);
  expect(error.errorClass).toBe('verification-failed');
  return error;
}
