import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Artifact } from './artifact';
import { sha256Digest } from './digest';
import { collectDocuments, type PluginDocument } from './documents';
import { gunzip } from './gzip';
import { loadAsGateway } from './loader';
import { parseManifest } from './manifest';
import { PLUGIN_ICON, PLUGIN_README, PLUGIN_SPEC, translatedReadme } from './media-types';
import { packArtifact, type Shape } from './shapes';
import { readTar } from './tar';

const WASM = Buffer.concat([
  Buffer.from('\0asm\x01\0\0\0', 'latin1'),
  Buffer.alloc(20_000, 'a module of fixed bytes, '),
]);

const DOCUMENTS: readonly PluginDocument[] = [
  { name: 'spec.yaml', mediaType: PLUGIN_SPEC, bytes: Buffer.from('apiVersion: 1.0.0\n') },
  { name: 'README.md', mediaType: PLUGIN_README, bytes: Buffer.from('# Plugin\n') },
  { name: 'README_EN.md', mediaType: translatedReadme('EN'), bytes: Buffer.from('# Plugin\n') },
  { name: 'README_ZH.md', mediaType: translatedReadme('ZH'), bytes: Buffer.from('# 插件\n') },
  { name: 'icon.png', mediaType: PLUGIN_ICON, bytes: Buffer.from('\x89PNG', 'latin1') },
];

const SHAPES: readonly Shape[] = ['higress', 'compat', 'raw'];

function layers({ layers: all }: Artifact): (string | undefined)[][] {
  return all.map(({ descriptor }) => [
    descriptor.annotations?.['org.opencontainers.image.title'],
    descriptor.mediaType,
  ]);
}

describe('packArtifact', () => {
  it.each<[Shape, string]>([
    ['higress', 'sha256:9bc48c2eb8d18c23682ae57ed9011428b1985eba73c963fbcfd7f4ed84a828b0'],
    ['compat', 'sha256:9cc34981f9520863941b004ed457d8ae35469a4337ae3b213b1172be3cd5d025'],
    ['raw', 'sha256:d47678cebc322c066e6e89d9aed8b298546993de8f275c0f7f4f967958ada7c1'],
  ])('gives fixed files in the shape %s this digest and no other', async (shape, digest) => {
    const { manifest } = await packArtifact(shape, WASM, DOCUMENTS);
    expect(manifest.descriptor.digest).toBe(digest);
  });

  it('puts the documents before the module in the shape higress', async () => {
    const artifact = await packArtifact('higress', WASM, DOCUMENTS);
    expect(layers(artifact)).toEqual([
      ['spec.yaml', 'application/vnd.module.wasm.spec.v1+yaml'],
      ['README.md', 'application/vnd.module.wasm.doc.v1+markdown'],
      ['README_EN.md', 'application/vnd.module.wasm.doc.v1.en+markdown'],
      ['README_ZH.md', 'application/vnd.module.wasm.doc.v1.zh+markdown'],
      ['icon.png', 'application/vnd.module.wasm.icon.v1+png'],
      ['plugin.tar.gz', 'application/vnd.oci.image.layer.v1.tar+gzip'],
    ]);
    expect(Buffer.from(artifact.config.bytes).toString()).toBe('{}');
    expect(artifact.config.descriptor.mediaType).toBe('application/vnd.unknown.config.v1+json');
  });

  it('needs no documents for the shape higress', async () => {
    expect(layers(await packArtifact('higress', WASM, []))).toHaveLength(1);
  });

  it('makes an image of the shape compat: one layer, named by a configuration without a clock', async () => {
    const artifact = await packArtifact('compat', WASM, DOCUMENTS);
    expect(layers(artifact)).toEqual([[undefined, 'application/vnd.oci.image.layer.v1.tar+gzip']]);
    const unzipped = gunzip(artifact.layers[0]!.bytes, 1_000_000);
    if (unzipped.kind !== 'content') throw new Error(unzipped.kind);
    expect((await readTar(unzipped.bytes)).map(({ name }) => name)).toEqual(['plugin.wasm']);
    expect(artifact.config.descriptor.mediaType).toBe('application/vnd.oci.image.config.v1+json');
    expect(JSON.parse(Buffer.from(artifact.config.bytes).toString())).toEqual({
      architecture: 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: [sha256Digest(unzipped.bytes)] },
    });
  });

  it('makes two layers of the shape raw: a configuration and the module itself', async () => {
    const artifact = await packArtifact('raw', WASM, DOCUMENTS);
    expect(layers(artifact)).toEqual([
      ['config.json', 'application/vnd.module.wasm.config.v1+json'],
      ['plugin.wasm', 'application/vnd.module.wasm.content.layer.v1+wasm'],
    ]);
    expect(Buffer.from(artifact.layers[0]!.bytes).toString()).toBe('{}');
    expect(Buffer.from(artifact.layers[1]!.bytes).equals(WASM)).toBe(true);
  });

  it.each(SHAPES)('returns only what gateways load, in the shape %s', async (shape) => {
    const artifact = await packArtifact(shape, WASM, DOCUMENTS);
    expect(Buffer.from(await loadAsGateway(artifact)).equals(WASM)).toBe(true);
    await expect(packArtifact(shape, Buffer.from('text'), [])).rejects.toMatchObject({
      errorClass: 'verification-failed',
    });
  });

  it.each(SHAPES)('writes a manifest that says what it is, in the shape %s', async (shape) => {
    const { manifest, config, layers: all } = await packArtifact(shape, WASM, DOCUMENTS);
    expect(parseManifest(manifest.bytes, shape)).toEqual({
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: config.descriptor,
      layers: all.map(({ descriptor }) => descriptor),
    });
  });

  it.each(SHAPES)('does not depend on the order of documents, in the shape %s', async (shape) => {
    const one = await packArtifact(shape, WASM, DOCUMENTS);
    const other = await packArtifact(shape, new Uint8Array(WASM), DOCUMENTS.toReversed());
    expect(other.manifest.descriptor).toEqual(one.manifest.descriptor);
  });

  it('does not depend on the directory, the order of its files or the umask', async () => {
    const root = await mkdtemp(join(tmpdir(), 'shapes-spec-'));
    const umask = process.umask(0o022);
    try {
      const digests = new Set<string>();
      for (const [name, files, mask] of [
        ['a', DOCUMENTS, 0o022],
        ['another place', DOCUMENTS.toReversed(), 0o077],
      ] as const) {
        process.umask(mask);
        const dir = join(root, name);
        await mkdir(dir);
        for (const file of files) await writeFile(join(dir, file.name), file.bytes);
        const { documents } = await collectDocuments(dir);
        digests.add((await packArtifact('higress', WASM, documents)).manifest.descriptor.digest);
      }
      expect([...digests]).toHaveLength(1);
    } finally {
      process.umask(umask);
      await rm(root, { recursive: true });
    }
  });

  it('copes with documents of equal bytes, and with one that equals the configuration', async () => {
    const twin = { name: 'README.md', mediaType: PLUGIN_README, bytes: Buffer.from('{}') };
    const artifact = await packArtifact('higress', WASM, [
      twin,
      { ...twin, name: 'README_EN.md', mediaType: translatedReadme('en') },
    ]);
    expect(artifact.layers).toHaveLength(3);
  });
});
