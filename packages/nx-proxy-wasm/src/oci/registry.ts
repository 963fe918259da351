import { ProxyWasmError } from '../errors';
import { type Blob, type Descriptor } from './artifact';
import { isDigest, sha256Digest } from './digest';
import { type HttpAnswer } from './http-exchange';
import { MAX_MANIFEST_BYTES } from './manifest';
import { DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from './media-types';
import { formatReference } from './reference';
import { connect, type RepositoryAccess, unavailable } from './registry-connection';
import { hostAndPort, parseErrorBody, shorten } from './registry-error';
import { refused } from './registry-token';

/**
 * Everything that a tag can name. A registry may answer 404 for a tag that holds a type which is not on the
 * list (distribution does), and that would look like a free tag.
 */
const MANIFEST_TYPES: readonly string[] = [
  OCI_MANIFEST,
  OCI_INDEX,
  'application/vnd.oci.artifact.manifest.v1+json',
  DOCKER_MANIFEST,
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v1+prettyjws',
  'application/vnd.docker.distribution.manifest.v1+json',
];
/** More than any gateway loads. */
const MAX_BLOB_BYTES = 512 * 1024 * 1024;

/** Reads manifests and blobs of one repository. It never writes. */
export interface RepositoryReader {
  /** Digest of the manifest under a tag, or undefined when the registry says that there is none. */
  resolve(tag: string): Promise<string | undefined>;
  /** The manifest with this digest, whole and checked. */
  manifest(digest: string): Promise<Blob>;
  /** The content of a blob, whole and checked. */
  blob(descriptor: Descriptor): Promise<Uint8Array>;
}

/**
 * A read-only client of the registry API. Credentials go to the registry's own origin and the token server it
 * names, nowhere else. All failures are ProxyWasmError: `authentication` (401, 403), `registry-unavailable`
 * (no answer, 429, 5xx, or an answer that no registry gives), `verification-failed` (content that does not
 * match its name).
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pull
 */
export function repositoryReader(access: RepositoryAccess): RepositoryReader {
  const { host, repository } = access;
  const connection = connect(access);
  const reference = (version: string): string => formatReference({ host, repository, version });

  /** The manifest as the registry has it now; undefined only for a registry's own "not found". */
  async function getManifest(version: string): Promise<Blob | undefined> {
    const subject = reference(version);
    const answer = await connection.send('GET', `manifests/${version}`, {
      accept: MANIFEST_TYPES.join(', '),
      maxBytes: MAX_MANIFEST_BYTES,
      subject,
    });
    if (isAbsence(answer)) return undefined;
    if (answer.status !== 200) throw unexpected(answer, subject);
    const mediaType = manifestType(answer);
    if (mediaType === undefined) throw unexpected(answer, subject);
    if (answer.ended === 'too-long') {
      throw mismatch(subject, `the manifest is larger than ${MAX_MANIFEST_BYTES} bytes`);
    }
    if (answer.ended === 'cut') throw mismatch(subject, 'the manifest ends too early');
    const digest = sha256Digest(answer.body);
    const claimed = answer.headers.get('docker-content-digest') ?? digest;
    if (claimed !== digest && !claimed.startsWith('sha512:')) {
      throw mismatch(subject, `the manifest has the digest ${digest}, not ${shorten(claimed)}`);
    }
    return { descriptor: { mediaType, digest, size: answer.body.length }, bytes: answer.body };
  }

  return {
    async resolve(tag) {
      const subject = reference(tag);
      const answer = await connection.send('HEAD', `manifests/${tag}`, {
        accept: MANIFEST_TYPES.join(', '),
        maxBytes: 0,
        subject,
      });
      const digest = answer.headers.get('docker-content-digest') ?? '';
      if (answer.status === 200 && manifestType(answer) !== undefined && isDigest(digest)) {
        return digest;
      }
      // A HEAD has no body, so a 404 of some proxy looks like the registry's own: the GET decides.
      if (answer.status !== 200 && answer.status !== 404) throw unexpected(answer, subject);
      return (await getManifest(tag))?.descriptor.digest;
    },

    async manifest(digest) {
      const found = await getManifest(digest);
      if (found === undefined) throw mismatch(reference(digest), 'the registry does not have it');
      if (found.descriptor.digest !== digest) {
        throw mismatch(
          reference(digest),
          `the manifest is another one, ${found.descriptor.digest}`,
        );
      }
      return found;
    },

    async blob({ digest, size }) {
      const subject = reference(digest);
      if (size > MAX_BLOB_BYTES) {
        throw mismatch(subject, `a blob of ${size} bytes is more than any gateway loads`);
      }
      const answer = await connection.send('GET', `blobs/${digest}`, {
        accept: '*/*',
        maxBytes: size,
        subject,
      });
      if (isAbsence(answer)) throw mismatch(subject, 'the registry does not have this blob');
      if (answer.status !== 200) throw unexpected(answer, subject);
      if (answer.ended === 'too-long') {
        throw mismatch(subject, `the blob is longer than the ${size} bytes of its descriptor`);
      }
      if (answer.body.length !== size) {
        throw mismatch(subject, `the blob ends after ${answer.body.length} of ${size} bytes`);
      }
      const actual = sha256Digest(answer.body);
      if (actual !== digest) throw mismatch(subject, `the blob has other content, ${actual}`);
      return answer.body;
    },
  };
}

/**
 * Whether an answer says "there is no such thing" and comes from a registry: a 404 with the error body of the
 * specification, or without a body but with the header that registries send. The 404 page of a proxy is not one.
 */
function isAbsence(answer: HttpAnswer): boolean {
  if (answer.status !== 404) return false;
  if (parseErrorBody(answer.body) !== undefined) return !isRefusal(answer);
  return (
    answer.body.length === 0 &&
    answer.headers.get('docker-distribution-api-version') === 'registry/2.0'
  );
}

function manifestType(answer: HttpAnswer): string | undefined {
  const type = contentType(answer);
  return MANIFEST_TYPES.includes(type) ? type : undefined;
}

function contentType({ headers }: HttpAnswer): string {
  return (headers.get('content-type') ?? '').replace(/;.*$/s, '').trim().toLowerCase();
}

/** Some registries hide what one may not see behind a 404; their words still tell. */
function isRefusal(answer: HttpAnswer): boolean {
  const codes = parseErrorBody(answer.body)?.codes ?? [];
  return codes.includes('UNAUTHORIZED') || codes.includes('DENIED');
}

function unexpected(answer: HttpAnswer, subject: string): ProxyWasmError {
  if (answer.status === 404 && isRefusal(answer)) return refused(answer, subject);
  const words = parseErrorBody(answer.body)?.text;
  const type = contentType(answer);
  const said =
    words ?? (type === '' ? 'without a content type' : `with content type ${shorten(type)}`);
  return unavailable(
    subject,
    `${hostAndPort(answer.url)} answered ${answer.status}, ${said}: this does not tell what the registry holds`,
  );
}

function mismatch(subject: string, reason: string): ProxyWasmError {
  return new ProxyWasmError('verification-failed', reason, {
    subject,
    remedy: 'Do not use this reference; check the registry and any cache or proxy before it.',
  });
}
