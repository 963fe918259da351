import { join } from 'node:path';

import { ProxyWasmError } from '../errors';
import { type Descriptor } from './artifact';
import { type Destination } from './destination';
import { addBlobs, type LayoutIndex, readArtifact, readIndex, writeIndex } from './layout';
import { withLock } from './lock';
import { ANNOTATION_REF_NAME } from './media-types';
import { checkRepository, checkTag } from './reference';

/** The lock is held for one small file at a time, so waiting longer would not help. */
const LOCK_WAIT_MS = 30_000;

/**
 * The destination for people without a registry: one OCI image layout per repository, `<root>/<repository>/`.
 * Any number of processes may write to it at once. What a killed run leaves behind is a complete layout and at
 * most some blobs that nothing names.
 *
 * @param root absolute path, `dist/registry` of the workspace; made when missing
 * @throws ProxyWasmError `bad-input` for a name that is no repository name
 */
export function localStore(root: string, repository: string): Destination {
  checkRepository(repository);
  const dir = join(root, ...repository.split('/'));
  return {
    description: dir,
    // As oras writes it: oras pull --oci-layout <dir>:<tag>
    reference: (tag) => `${dir}:${tag}`,
    resolve: async (tag) => tagged(await indexOf(dir), tag, dir),
    push: async (layoutDir, digest, tag) => {
      checkTag(tag);
      const manifest = entry(await indexOf(layoutDir), digest, layoutDir);
      // Blobs are named by their content, so they need no lock; the index names them only when they are all there.
      await addBlobs(dir, await readArtifact(layoutDir, manifest));
      await withLock(dir, LOCK_WAIT_MS, async (checkHeld) => {
        const index = moveTag(await indexOf(dir), manifest, tag);
        checkHeld();
        await writeIndex(dir, index);
      });
    },
    pull: async (digest) => readArtifact(dir, entry(await indexOf(dir), digest, dir)),
  };
}

/** The index with `tag` on `manifest` and nowhere else. Manifests that lose their only tag leave the index. */
function moveTag(index: LayoutIndex, manifest: Descriptor, tag: string): LayoutIndex {
  const { mediaType, digest, size } = manifest;
  const others = index.manifests.filter(
    (other) => other.annotations?.[ANNOTATION_REF_NAME] !== tag,
  );
  const moved = { mediaType, digest, size, annotations: { [ANNOTATION_REF_NAME]: tag } };
  return { manifests: [...others, moved] };
}

function tagged(index: LayoutIndex, tag: string, dir: string): string | undefined {
  const digests = new Set(
    index.manifests
      .filter(({ annotations }) => annotations?.[ANNOTATION_REF_NAME] === tag)
      .map(({ digest }) => digest),
  );
  if (digests.size > 1) {
    throw new ProxyWasmError('verification-failed', `names ${digests.size} manifests "${tag}"`, {
      subject: join(dir, 'index.json'),
      remedy: removeRemedy(dir),
    });
  }
  return [...digests][0];
}

function entry(index: LayoutIndex, digest: string, dir: string): Descriptor {
  const found = index.manifests.find((manifest) => manifest.digest === digest);
  if (found === undefined) {
    throw new ProxyWasmError('verification-failed', `does not name the manifest ${digest}`, {
      subject: join(dir, 'index.json'),
      remedy: removeRemedy(dir),
    });
  }
  return found;
}

/** The index of a layout, empty when nothing was ever finished there. */
async function indexOf(dir: string): Promise<LayoutIndex> {
  try {
    return (await readIndex(dir)) ?? { manifests: [] };
  } catch (error) {
    if (!(error instanceof ProxyWasmError)) throw error;
    // The first line is the finding; the advice is better given by who knows what the layout is for.
    const [finding = ''] = error.message.split('\n');
    throw new ProxyWasmError(error.errorClass, finding, {
      remedy: removeRemedy(dir),
      cause: error,
    });
  }
}

function removeRemedy(dir: string): string {
  return `Remove ${dir} and run the task again: it is made from your sources.`;
}
