import { ProxyWasmError } from '../errors';
import { type Descriptor } from './artifact';
import { isDigest } from './digest';
import { isJsonObject, parseJsonObject, REMEDY, type JsonObject } from './json';
import { DOCKER_MANIFEST, OCI_MANIFEST } from './media-types';

/**
 * An image manifest, as far as gateways and we look at it.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/manifest.md
 */
export interface Manifest {
  readonly mediaType?: string;
  readonly artifactType?: string;
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
  readonly annotations?: Annotations;
}

type Annotations = Readonly<Record<string, string>>;

/** Registries take manifests up to 4 MiB: distribution-spec v1.1.1, "Pushing Manifests". */
export const MAX_MANIFEST_BYTES = 4 * 1024 * 1024;

const MANIFEST_FIELDS = [
  'schemaVersion',
  'mediaType',
  'artifactType',
  'config',
  'layers',
  'annotations',
];
const DESCRIPTOR_FIELDS = ['mediaType', 'digest', 'size', 'annotations'];

// RFC 6838, section 4.2: type and subtype of at most 127 letters, digits and the signs below.
const RESTRICTED_NAME = '[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]{0,126}';
const MEDIA_TYPE = new RegExp(`^${RESTRICTED_NAME}/${RESTRICTED_NAME}$`);

/**
 * A manifest as bytes, exactly as Go's encoding/json (and so oras) writes it: fields in the order of the
 * specification's Go type, no white space, annotation keys sorted, `<`, `>`, `&`, U+2028, U+2029 escaped.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/specs-go/v1/manifest.go
 */
export function encodeManifest(manifest: Manifest): Uint8Array {
  const text = object([
    ['schemaVersion', '2'],
    ['mediaType', optional(manifest.mediaType, string)],
    ['artifactType', optional(manifest.artifactType, string)],
    ['config', descriptor(manifest.config)],
    ['layers', `[${manifest.layers.map(descriptor).join(',')}]`],
    ['annotations', optional(manifest.annotations, annotations)],
  ]);
  return Buffer.from(text, 'utf8');
}

function descriptor(value: Descriptor): string {
  return object([
    ['mediaType', string(value.mediaType)],
    ['digest', string(value.digest)],
    ['size', String(value.size)],
    ['annotations', optional(value.annotations, annotations)],
  ]);
}

function annotations(value: Annotations): string | undefined {
  const members = Object.entries(value).map(([key, text]) => [key, string(text)] as const);
  // Go sorts by bytes. The text is built by hand because a JavaScript object puts keys like "1" first.
  members.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return members.length === 0 ? undefined : object(members);
}

function object(members: readonly (readonly [string, string | undefined])[]): string {
  const written = members.flatMap(([key, value]) =>
    value === undefined ? [] : [`${string(key)}:${value}`],
  );
  return `{${written.join(',')}}`;
}

function string(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function optional<T>(
  value: T | undefined,
  encode: (value: T) => string | undefined,
): string | undefined {
  return value === undefined ? undefined : encode(value);
}

/**
 * Reads a manifest that somebody else may have written.
 * @param reference what the manifest was read from, for the error text
 * @throws ProxyWasmError `verification-failed` for anything but one image manifest with fields of the right
 *   types, and for field names that a gateway, which ignores case, would take for a known one
 */
export function parseManifest(bytes: Uint8Array, reference: string): Manifest {
  const json = parseJsonObject(bytes, reference, MAX_MANIFEST_BYTES);
  if ('manifests' in json) {
    throw invalid(reference, 'is an index of images where one image manifest is expected');
  }
  refuseLookalikes(json, MANIFEST_FIELDS, reference, 'the manifest');
  if (json['schemaVersion'] !== 2) {
    throw invalid(reference, 'the manifest does not have schemaVersion 2');
  }
  const mediaType = readMediaType(json, 'mediaType', reference, 'the manifest');
  if (mediaType !== undefined && mediaType !== OCI_MANIFEST && mediaType !== DOCKER_MANIFEST) {
    throw invalid(reference, `the manifest calls itself ${mediaType}, not ${OCI_MANIFEST}`);
  }
  const artifactType = readMediaType(json, 'artifactType', reference, 'the manifest');
  const layers = json['layers'];
  if (!Array.isArray(layers)) throw invalid(reference, 'the manifest has no list of layers');
  return {
    ...(mediaType === undefined ? {} : { mediaType }),
    ...(artifactType === undefined ? {} : { artifactType }),
    config: parseDescriptor(json['config'], reference, 'config'),
    layers: layers.map((layer, at) => parseDescriptor(layer, reference, `layers[${at}]`)),
    ...readAnnotations(json, reference, 'the manifest'),
  };
}

/**
 * Reads a content descriptor out of parsed JSON; members we do not use are dropped.
 * @param reference what it was read from, and `where` its place therein, for the error text
 * @throws ProxyWasmError `verification-failed`
 */
export function parseDescriptor(value: unknown, reference: string, where: string): Descriptor {
  if (!isJsonObject(value)) throw invalid(reference, `${where} is not a descriptor`);
  refuseLookalikes(value, DESCRIPTOR_FIELDS, reference, where);
  const { digest, size } = value;
  const mediaType = readMediaType(value, 'mediaType', reference, where);
  if (mediaType === undefined) throw invalid(reference, `${where} has no mediaType`);
  if (typeof digest !== 'string' || !isDigest(digest)) {
    throw invalid(reference, `${where} has no sha256 digest`);
  }
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw invalid(reference, `${where} has no size that is a count of bytes`);
  }
  return { mediaType, digest, size, ...readAnnotations(value, reference, where) };
}

function readMediaType(
  json: JsonObject,
  field: string,
  reference: string,
  where: string,
): string | undefined {
  const value = json[field];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !MEDIA_TYPE.test(value)) {
    throw invalid(reference, `${where} has a ${field} that is not a media type`);
  }
  return value;
}

function readAnnotations(
  json: JsonObject,
  reference: string,
  where: string,
): { annotations?: Annotations } {
  const value = json['annotations'];
  if (value === undefined) return {};
  if (!isJsonObject(value) || Object.values(value).some((text) => typeof text !== 'string')) {
    throw invalid(reference, `${where} has annotations that are not texts`);
  }
  return { annotations: value as Annotations };
}

/**
 * Go matches field names without regard to case and takes the last match, with two letters outside ASCII
 * folding into it (U+017F to s, U+212A to k). A manifest with `layers` and `Layers` would show a gateway
 * other layers than us.
 */
function refuseLookalikes(
  json: JsonObject,
  known: readonly string[],
  reference: string,
  where: string,
): void {
  const fold = (name: string) =>
    name.replaceAll('\u017f', 's').replaceAll('\u212a', 'k').toLowerCase();
  const folded = new Set(known.map(fold));
  for (const name of Object.keys(json)) {
    if (!known.includes(name) && folded.has(fold(name))) {
      throw invalid(
        reference,
        `${where} has a field ${JSON.stringify(name)}, which is a known one but for its case`,
      );
    }
  }
}

function invalid(reference: string, reason: string): ProxyWasmError {
  return new ProxyWasmError('verification-failed', reason, { subject: reference, remedy: REMEDY });
}
