import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { describeError, ProxyWasmError } from '../errors';
import {
  isErrno,
  isTemporary,
  removeLeftovers,
  replaceDirectory,
  temporaryName,
  writeAtomically,
} from './atomic';
import { type Artifact, type Blob, type Descriptor } from './artifact';
import { sha256Digest } from './digest';
import { parseJsonObject } from './json';
import { MAX_MANIFEST_BYTES, parseDescriptor, parseManifest } from './manifest';
import { OCI_INDEX } from './media-types';

/**
 * The index of a layout: one descriptor for each manifest, its tag in the annotation
 * `org.opencontainers.image.ref.name`.
 */
export interface LayoutIndex {
  readonly manifests: readonly Descriptor[];
}

const LAYOUT_FILE = 'oci-layout';
const INDEX_FILE = 'index.json';
// `ingest` is where oras and containerd write before they rename.
const LAYOUT_ENTRIES = new Set([LAYOUT_FILE, INDEX_FILE, 'blobs', 'ingest']);
const LAYOUT_VERSION = '{"imageLayoutVersion":"1.0.0"}';

// More than any gateway loads, and little enough to hold in memory.
const MAX_BLOB_BYTES = 512 * 1024 * 1024;

/**
 * Writes `artifact` as the only content of the OCI image layout `dir`, replacing the layout that is there.
 * The layout is made complete in a directory beside `dir` and renamed, so that no reader sees half of it;
 * such directories left by killed runs are removed.
 *
 * @throws ProxyWasmError `bad-input` when `dir` holds something other than a layout, or cannot be written
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
 */
export async function writeFreshLayout(dir: string, artifact: Artifact): Promise<void> {
  const target = resolve(dir);
  await refuseForeignDirectory(target);
  await writing(target, async () => {
    const parent = dirname(target);
    await mkdir(parent, { recursive: true });
    await removeLeftovers(parent, basename(target));
    const fresh = temporaryName(target);
    try {
      await addBlobs(fresh, artifact);
      await writeIndex(fresh, { manifests: [artifact.manifest.descriptor] });
      await replaceDirectory(fresh, target);
    } finally {
      await rm(fresh, { recursive: true, force: true });
    }
  });
}

/**
 * Reads a layout that holds exactly one manifest and proves every blob against its descriptor.
 * @throws ProxyWasmError `verification-failed` when there is no such layout or anything in it is damaged
 */
export async function readLayout(dir: string): Promise<{ digest: string; artifact: Artifact }> {
  const index = await readIndex(dir);
  if (index === undefined) {
    throw damaged(dir, 'there is no OCI image layout (no index.json)');
  }
  const [manifest, ...others] = index.manifests;
  if (manifest === undefined || others.length > 0) {
    throw damaged(
      join(dir, INDEX_FILE),
      `names ${index.manifests.length} manifests where exactly one is expected`,
    );
  }
  return { digest: manifest.digest, artifact: await readArtifact(dir, manifest) };
}

/**
 * Reads the artifact of one manifest of a layout and proves every blob against its descriptor.
 * @param manifest an entry of the layout's index
 * @throws ProxyWasmError `verification-failed` when a blob is missing or differs from its descriptor
 */
export async function readArtifact(dir: string, manifest: Descriptor): Promise<Artifact> {
  const { mediaType, digest, size } = manifest;
  if (size > MAX_MANIFEST_BYTES) {
    throw damaged(
      blobPath(dir, digest),
      `a manifest of ${size} bytes is more than registries take`,
    );
  }
  const bytes = await readBlob(dir, manifest);
  const { config, layers } = parseManifest(bytes, blobPath(dir, digest));
  const blobs: Blob[] = [];
  for (const descriptor of layers) {
    blobs.push({ descriptor, bytes: await readBlob(dir, descriptor) });
  }
  return {
    manifest: { descriptor: { mediaType, digest, size }, bytes },
    config: { descriptor: config, bytes: await readBlob(dir, config) },
    layers: blobs,
  };
}

/**
 * Reads the index of a layout. `undefined` when there is none: the index is written last, so a directory
 * without one holds nothing that was ever finished.
 * @throws ProxyWasmError `verification-failed` when the layout is damaged or of another version
 */
export async function readIndex(dir: string): Promise<LayoutIndex | undefined> {
  const bytes = await readRegularFile(join(dir, INDEX_FILE), MAX_MANIFEST_BYTES);
  if (bytes === undefined) return undefined;
  const marker = join(dir, LAYOUT_FILE);
  const markerBytes = await readRegularFile(marker, MAX_MANIFEST_BYTES);
  if (markerBytes === undefined) throw damaged(marker, 'is missing');
  const version = parseJsonObject(markerBytes, marker, MAX_MANIFEST_BYTES)['imageLayoutVersion'];
  if (version !== '1.0.0') throw damaged(marker, 'is not of image layout version 1.0.0');

  const file = join(dir, INDEX_FILE);
  const { schemaVersion, manifests } = parseJsonObject(bytes, file, MAX_MANIFEST_BYTES);
  if (schemaVersion !== 2 || !Array.isArray(manifests)) {
    throw damaged(file, 'is not an OCI image index');
  }
  return {
    manifests: manifests.map((entry, at) => parseDescriptor(entry, file, `manifests[${at}]`)),
  };
}

/**
 * Stores every blob of `artifact` in the layout `dir`, which is made when missing. A blob that is there with
 * the right bytes is kept, a damaged one is replaced. The index is left alone.
 * @throws ProxyWasmError `bad-input` when the directory cannot be written
 */
export async function addBlobs(dir: string, artifact: Artifact): Promise<void> {
  await writing(dir, async () => {
    const folder = join(dir, 'blobs', 'sha256');
    await mkdir(folder, { recursive: true });
    await removeLeftovers(folder);
    for (const blob of [artifact.config, ...artifact.layers, artifact.manifest]) {
      // Whatever is wrong with a blob that is there, writing it again is the answer.
      const present = await readBlob(dir, blob.descriptor).catch(() => undefined);
      if (present === undefined) {
        await writeAtomically(blobPath(dir, blob.descriptor.digest), blob.bytes);
      }
    }
  });
}

/**
 * Replaces the index of the layout `dir` in one step. The blobs it names must have been added before.
 * Two writers at once must be kept apart by the caller: the last one wins.
 * @throws ProxyWasmError `bad-input` when the directory cannot be written
 */
export async function writeIndex(dir: string, index: LayoutIndex): Promise<void> {
  const content = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: index.manifests };
  await writing(dir, async () => {
    await mkdir(dir, { recursive: true });
    await removeLeftovers(dir);
    await writeAtomically(join(dir, LAYOUT_FILE), LAYOUT_VERSION);
    await writeAtomically(join(dir, INDEX_FILE), JSON.stringify(content));
  });
}

function blobPath(dir: string, digest: string): string {
  return join(dir, 'blobs', ...digest.split(':'));
}

async function readBlob(dir: string, { digest, size }: Descriptor): Promise<Uint8Array> {
  const file = blobPath(dir, digest);
  const bytes = await readRegularFile(file, MAX_BLOB_BYTES);
  if (bytes === undefined) throw damaged(file, 'is missing');
  if (bytes.byteLength !== size) {
    throw damaged(file, `has ${bytes.byteLength} bytes where its descriptor says ${size}`);
  }
  const actual = sha256Digest(bytes);
  if (actual !== digest) throw damaged(file, `has other content: its digest is ${actual}`);
  return bytes;
}

/** The bytes of a file, or undefined when it is not there. Pipes and devices are refused: they could block. */
async function readRegularFile(file: string, maxBytes: number): Promise<Uint8Array | undefined> {
  try {
    const info = await stat(file);
    if (!info.isFile()) throw damaged(file, 'is not a file');
    if (info.size > maxBytes) {
      throw damaged(file, `has ${info.size} bytes, more than the ${maxBytes} allowed`);
    }
    return await readFile(file);
  } catch (error) {
    if (error instanceof ProxyWasmError) throw error;
    if (isErrno(error, 'ENOENT')) return undefined;
    throw damaged(file, `cannot be read: ${describeError(error)}`, error);
  }
}

/** Refuses to replace a directory that a user may have named by mistake. */
async function refuseForeignDirectory(dir: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(dir);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return;
    throw unwritable(dir, error);
  }
  const foreign = names.find((name) => !LAYOUT_ENTRIES.has(name) && !isTemporary(name));
  if (foreign !== undefined) {
    throw new ProxyWasmError('bad-input', `is no OCI image layout: it holds ${foreign}`, {
      subject: dir,
      remedy: 'Name another directory for the layout, or remove this one.',
    });
  }
}

async function writing<T>(dir: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw error instanceof ProxyWasmError ? error : unwritable(dir, error);
  }
}

function unwritable(dir: string, cause: unknown): ProxyWasmError {
  return new ProxyWasmError('bad-input', `cannot be written: ${describeError(cause)}`, {
    subject: dir,
    remedy: 'Check that the path is a directory you may write to and that the disk has room.',
    cause,
  });
}

function damaged(subject: string, reason: string, cause?: unknown): ProxyWasmError {
  return new ProxyWasmError('verification-failed', reason, {
    subject,
    remedy: 'Remove the layout and pack it again.',
    cause,
  });
}
