import { join } from 'node:path';

import { type Artifact } from '../artifact';
import { writeFreshLayout } from '../layout';
import { PLUGIN_README } from '../media-types';
import { packArtifact } from '../shapes';

/** A packed plugin, as `publish` takes it. */
export interface SampleArtifact {
  readonly layoutDir: string;
  readonly artifact: Artifact;
  readonly wasm: Uint8Array;
}

/**
 * Packs a module with nothing but a custom section into a layout under `dir`; other content, other digest.
 * The module is `size` bytes that do not compress, so that its layer takes some time to travel.
 */
export async function sampleArtifact(
  dir: string,
  content: string,
  size = 20_000,
): Promise<SampleArtifact> {
  const payload = Buffer.from(
    Array.from({ length: size }, (_, at) => (at * at * 31 + (at % 251) * content.length) >>> 3),
  );
  const section = Buffer.concat([Buffer.from([1, 0x78]), Buffer.from(content), payload]);
  const wasm = Buffer.concat([
    Buffer.from([0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0]),
    unsignedLeb128(section.length),
    section,
  ]);
  const artifact = await packArtifact('higress', wasm, [
    { name: 'README.md', mediaType: PLUGIN_README, bytes: Buffer.from(`# ${content}\n`) },
  ]);
  const layoutDir = join(dir, `layout-${content}`);
  await writeFreshLayout(layoutDir, artifact);
  return { layoutDir, artifact, wasm };
}

function unsignedLeb128(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Buffer.from([...bytes, rest]);
    bytes.push((rest & 0x7f) | 0x80);
  }
}
