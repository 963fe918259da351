import { describeError, ProxyWasmError } from '../errors';
import { type Artifact, type Blob, type Descriptor } from './artifact';
import { sha256Digest } from './digest';
import { gunzip } from './gzip';
import { parseManifest, type Manifest } from './manifest';
import {
  DOCKER_MANIFEST,
  DOCKER_TAR_GZIP_LAYER,
  OCI_TAR_GZIP_LAYER,
  PLUGIN_WASM,
} from './media-types';
import { hasBaseName, readTar, type TarEntry } from './tar';

/** What the gateways' rule makes of an artifact: the module, or their words for why not. */
type Loaded =
  | { readonly kind: 'module'; readonly wasm: Uint8Array }
  | { readonly kind: 'refused'; readonly words: string };

const WASM_FILE = 'plugin.wasm';

// Both fetchers stop reading an unpacked layer here, headers included.
const MAX_LAYER_BYTES = 256 * 1024 * 1024;
// Room for the end of the archive after a module of the largest size.
const MAX_ARCHIVE_BYTES = MAX_LAYER_BYTES + 64 * 1024;

// `\0asm` and version 1 of the binary format; a component has another number here.
const MODULE_HEADER = Buffer.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);

/**
 * Loads an artifact by the rule that Higress, Istio and Envoy Gateway share, and checks besides what they
 * leave unchecked: the size and digest of every part (they stop reading before a tar layer's digest is known),
 * the gzip trailer, that there is one `plugin.wasm` and nothing that another consumer could take for it, and
 * the version of the module.
 *
 * @returns the bytes of the module
 * @throws ProxyWasmError `verification-failed`, with the gateway's own words where it would refuse too
 * @see https://github.com/istio/istio/blob/86c9f01f/pkg/wasm/imagefetcher.go
 * @see https://github.com/envoyproxy/gateway/blob/d32f2829/internal/wasm/imagefetcher.go
 */
export async function loadAsGateway(artifact: Artifact): Promise<Uint8Array> {
  const subject = artifact.manifest.descriptor.digest;
  const manifest = parseManifest(artifact.manifest.bytes, subject);
  checkParts(artifact, manifest);

  const loaded = await load(artifact, manifest);
  if (loaded.kind === 'refused') {
    throw failure(subject, `no gateway would load this: ${loaded.words}`);
  }
  const header = Buffer.from(loaded.wasm.subarray(0, MODULE_HEADER.byteLength));
  if (!header.subarray(0, 4).equals(MODULE_HEADER.subarray(0, 4)) || header.byteLength < 8) {
    throw failure(subject, 'no gateway would load this: fetched Wasm binary is invalid');
  }
  if (!header.equals(MODULE_HEADER)) {
    throw failure(subject, `${WASM_FILE} is not a WebAssembly module of version 1`);
  }
  return loaded.wasm;
}

/** Every blob is what its descriptor says, and the descriptors are those of the manifest. */
function checkParts(
  { manifest: { descriptor, bytes }, config, layers }: Artifact,
  manifest: Manifest,
) {
  const subject = descriptor.digest;
  if (manifest.mediaType !== undefined && manifest.mediaType !== descriptor.mediaType) {
    throw failure(
      subject,
      `the manifest calls itself ${manifest.mediaType}, but was given as ${descriptor.mediaType}`,
    );
  }
  if (layers.length !== manifest.layers.length) {
    throw failure(
      subject,
      `there are ${layers.length} layers where the manifest names ${manifest.layers.length}`,
    );
  }
  checkBlob({ descriptor, bytes }, descriptor, 'the manifest', subject);
  checkBlob(config, manifest.config, 'the config', subject);
  manifest.layers.forEach((expected, at) => {
    const layer = layers[at];
    if (layer !== undefined) checkBlob(layer, expected, `layer ${at + 1}`, subject);
  });
}

function checkBlob({ bytes }: Blob, expected: Descriptor, what: string, subject: string): void {
  if (bytes.byteLength !== expected.size) {
    throw failure(
      subject,
      `${what} has ${bytes.byteLength} bytes where its descriptor says ${expected.size}`,
    );
  }
  const digest = sha256Digest(bytes);
  if (digest !== expected.digest) {
    throw failure(
      subject,
      `${what} has the digest ${digest} where its descriptor says ${expected.digest}`,
    );
  }
}

async function load(artifact: Artifact, manifest: Manifest): Promise<Loaded> {
  if (manifest.mediaType === DOCKER_MANIFEST) {
    const loaded = await loadLastLayer(artifact, manifest, DOCKER_TAR_GZIP_LAYER);
    return refusal('could not extract Wasm file from the image as Docker container ', loaded);
  }
  const compat = await loadLastLayer(artifact, manifest, OCI_TAR_GZIP_LAYER);
  if (compat.kind === 'module') return compat;
  const oci = loadRawLayer(artifact, manifest);
  if (oci.kind === 'module') return oci;
  return {
    kind: 'refused',
    words:
      'the given image is in invalid format as an OCI image: ' +
      `could not parse as compat variant: ${compat.words}; ` +
      `could not parse as oci variant: ${oci.words}`,
  };
}

/** The rule for images of one file system: the last layer, unpacked. */
async function loadLastLayer(
  artifact: Artifact,
  manifest: Manifest,
  expectedType: string,
): Promise<Loaded> {
  const layer = artifact.layers.at(-1);
  if (layer === undefined) return refused('number of layers must be greater than zero');
  const mediaType = mediaTypeOf(layer, manifest);
  if (mediaType !== expectedType) {
    return refused(`invalid media type ${mediaType} (expect ${expectedType})`);
  }
  const subject = artifact.manifest.descriptor.digest;
  return refusal('could not extract wasm binary: ', await loadFromTarGzip(layer.bytes, subject));
}

/** The rule for the bare module: one of exactly two layers. */
function loadRawLayer({ layers }: Artifact, manifest: Manifest): Loaded {
  if (layers.length !== 2) return refused(`number of layers must be 2 but got ${layers.length}`);
  const layer = layers.find((candidate) => mediaTypeOf(candidate, manifest) === PLUGIN_WASM);
  if (layer === undefined) return refused(`could not find the layer of type ${PLUGIN_WASM}`);
  if (layer.bytes.byteLength > MAX_LAYER_BYTES) {
    // Envoy Gateway's words; Istio cuts the module off without a word.
    return refused(`wasm layer size exceeds maximum size ${MAX_LAYER_BYTES}`);
  }
  return { kind: 'module', wasm: layer.bytes };
}

/**
 * The media type under which go-containerregistry shows a layer: that of the first descriptor with its digest,
 * the config's before all others (`pkg/v1/partial/with.go`, BlobDescriptor).
 */
function mediaTypeOf({ descriptor }: Blob, { config, layers }: Manifest): string {
  const first = [config, ...layers].find(({ digest }) => digest === descriptor.digest);
  return (first ?? descriptor).mediaType;
}

async function loadFromTarGzip(layer: Uint8Array, subject: string): Promise<Loaded> {
  const unzipped = gunzip(layer, MAX_ARCHIVE_BYTES);
  switch (unzipped.kind) {
    case 'not-gzip':
      return refused('failed to parse layer as tar.gz: gzip: invalid header');
    case 'too-large':
      return refused(
        `failed to read ${WASM_FILE}: unexpected EOF (the layer unpacks to over 256 MiB)`,
      );
    case 'damaged':
      throw failure(
        subject,
        `the gzip stream of the last layer is damaged (${unzipped.reason}); a gateway may load it all the same`,
      );
    case 'content':
      return await loadFromTar(unzipped.bytes, subject);
  }
}

async function loadFromTar(archive: Uint8Array, subject: string): Promise<Loaded> {
  let entries: readonly TarEntry[];
  try {
    entries = await readTar(archive);
  } catch (error) {
    return refused(describeError(error));
  }
  const [module, second] = entries.filter((entry) => hasBaseName(entry, WASM_FILE));
  if (module === undefined) return refused(`${WASM_FILE} not found in the archive`);
  if (module.type !== 'file') {
    return refused(
      `${WASM_FILE} in the archive is a ${module.type}, fetched Wasm binary is invalid`,
    );
  }
  if (module.end > MAX_LAYER_BYTES) {
    return refused(`failed to read ${WASM_FILE}: unexpected EOF (it ends after 256 MiB)`);
  }
  if (second !== undefined) {
    throw failure(subject, `the archive holds ${WASM_FILE} twice; a gateway takes the first`);
  }
  const decoy = entries.find((entry) => entry !== module && /\.wasm$/i.test(entry.name));
  if (decoy !== undefined) {
    throw failure(
      subject,
      `the archive holds ${JSON.stringify(decoy.name)} beside ${WASM_FILE}; some consumers take the first module`,
    );
  }
  const special = entries.find(({ type }) => !PLAIN_TYPES.has(type));
  if (special !== undefined) {
    throw failure(subject, `the archive holds ${JSON.stringify(special.name)}, a ${special.type}`);
  }
  return { kind: 'module', wasm: module.bytes };
}

const PLAIN_TYPES = new Set(['file', 'directory', 'pax-global-header']);

function refused(words: string): Loaded & { kind: 'refused' } {
  return { kind: 'refused', words };
}

function refusal(prefix: string, loaded: Loaded): Loaded {
  return loaded.kind === 'refused' ? refused(prefix + loaded.words) : loaded;
}

function failure(subject: string, reason: string): ProxyWasmError {
  return new ProxyWasmError('verification-failed', reason, {
    subject,
    remedy: 'Pack and publish the plugin again; do not point a gateway at this artifact.',
  });
}
