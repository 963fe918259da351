import { ProxyWasmError } from '../errors';
import { type Artifact, type Blob, type Descriptor } from './artifact';
import { sha256Digest } from './digest';
import { compareDocuments, type PluginDocument } from './documents';
import { gzip } from './gzip';
import { loadAsGateway } from './loader';
import { encodeManifest } from './manifest';
import {
  ANNOTATION_TITLE,
  OCI_IMAGE_CONFIG,
  OCI_MANIFEST,
  OCI_TAR_GZIP_LAYER,
  ORAS_UNKNOWN_CONFIG,
  PLUGIN_CONFIG,
  PLUGIN_WASM,
} from './media-types';
import { writeTar } from './tar';

/** Every shape, the default first. */
export const SHAPES = ['higress', 'compat', 'raw'] as const;

/**
 * How an artifact is laid out.
 * - `higress`: the documents, then `plugin.tar.gz` as the last layer: the "Wasm plugin image spec" of Higress.
 *   Loads in Higress, Istio and Envoy Gateway; `docker pull` refuses it.
 * - `compat`: a container image of one tar layer with nothing but `plugin.wasm`. Loads everywhere and passes
 *   `docker pull` and registries that allow only known configurations.
 * - `raw`: a configuration layer and the bare module: what Higress publishes its own plugins as since 2.2.5.
 *
 * @see https://higress.ai/en/docs/latest/user/wasm-image-spec/
 * @see https://github.com/solo-io/wasm/tree/master/spec
 */
export type Shape = (typeof SHAPES)[number];

const EMPTY_JSON = Buffer.from('{}');

/**
 * Packs a plugin. The bytes of every part depend on the arguments alone: no clock, no host, no order of
 * documents. From what is returned, {@link loadAsGateway} gets exactly `wasm`.
 *
 * @param wasm the built module
 * @param documents go into `higress` only: one layer and one file is what the other two are made of
 * @throws ProxyWasmError `verification-failed` when no gateway would load the result, or would load another module
 */
export async function packArtifact(
  shape: Shape,
  wasm: Uint8Array,
  documents: readonly PluginDocument[],
): Promise<Artifact> {
  const artifact = packAs(shape, wasm, documents);
  if (Buffer.compare(await loadAsGateway(artifact), wasm) === 0) return artifact;
  throw new ProxyWasmError(
    'verification-failed',
    'a gateway would load another module than was packed',
    {
      subject: artifact.manifest.descriptor.digest,
      remedy: 'This is a fault of the packer: please report it with the plugin that shows it.',
    },
  );
}

function packAs(shape: Shape, wasm: Uint8Array, documents: readonly PluginDocument[]): Artifact {
  switch (shape) {
    case 'higress':
      return assemble(blob(ORAS_UNKNOWN_CONFIG, EMPTY_JSON), [
        ...documents
          .toSorted(compareDocuments)
          .map(({ name, mediaType, bytes }) => titled(name, mediaType, bytes)),
        // Last: gateways look at no other layer.
        titled('plugin.tar.gz', OCI_TAR_GZIP_LAYER, gzip(tarOf(wasm))),
      ]);
    case 'compat': {
      const tar = tarOf(wasm);
      return assemble(blob(OCI_IMAGE_CONFIG, imageConfig(tar)), [
        blob(OCI_TAR_GZIP_LAYER, gzip(tar)),
      ]);
    }
    case 'raw':
      // The first layer has the digest of the config, and go-containerregistry answers for it with the config's
      // media type. Harmless for a layer that is not the one read; and Higress asks for exactly these bytes.
      return assemble(blob(ORAS_UNKNOWN_CONFIG, EMPTY_JSON), [
        titled('config.json', PLUGIN_CONFIG, EMPTY_JSON),
        titled('plugin.wasm', PLUGIN_WASM, wasm),
      ]);
  }
}

function tarOf(wasm: Uint8Array): Uint8Array {
  return writeTar([{ name: 'plugin.wasm', bytes: wasm }]);
}

/**
 * The configuration of an image with one layer. Gateways take `linux/amd64` out of an index, so that is what
 * the module says it is for; `created` is optional and would be a clock.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/config.md
 */
function imageConfig(tar: Uint8Array): Uint8Array {
  const config = {
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: [sha256Digest(tar)] },
  };
  return Buffer.from(JSON.stringify(config));
}

function assemble(config: Blob, layers: readonly Blob[]): Artifact {
  const bytes = encodeManifest({
    mediaType: OCI_MANIFEST,
    config: config.descriptor,
    layers: layers.map(({ descriptor }) => descriptor),
  });
  return { manifest: blob(OCI_MANIFEST, bytes), config, layers };
}

/** A layer as oras writes it: named, so that `oras pull` gives the file back. */
function titled(name: string, mediaType: string, bytes: Uint8Array): Blob {
  return blob(mediaType, bytes, { [ANNOTATION_TITLE]: name });
}

function blob(mediaType: string, bytes: Uint8Array, annotations?: Descriptor['annotations']): Blob {
  const descriptor = { mediaType, digest: sha256Digest(bytes), size: bytes.byteLength };
  return {
    descriptor: annotations === undefined ? descriptor : { ...descriptor, annotations },
    bytes,
  };
}
