import { createHash } from 'node:crypto';

import { describeError, ProxyWasmError } from '../errors';
import { type Artifact, artifactSize, parts } from './artifact';
import { type Destination } from './destination';
import { loadAsGateway } from './loader';

/** What is to be done with a tag, and why; decided before anything is written. */
export type PublishPlan =
  | { readonly action: 'push'; readonly why: string }
  | { readonly action: 'identical'; readonly why: string }
  | { readonly action: 'move'; readonly why: string; readonly from: string }
  | { readonly action: 'conflict'; readonly why: string; readonly existing: string };

/** The facts a plan is made of. */
export interface PlanFacts {
  /** Digest of the manifest to publish. */
  readonly digest: string;
  readonly tag: string;
  /** Digest that the tag names now; undefined when the tag is known to be absent. */
  readonly existing: string | undefined;
  /** Whether this tag may go from one content to another, as `dev` in the local store does. */
  readonly movable: boolean;
}

/** What to publish, and as what. */
export interface PublishRequest {
  /** An OCI image layout whose index names the artifact's manifest. */
  readonly layoutDir: string;
  /** The same artifact, as packed. */
  readonly artifact: Artifact;
  /** The module as built: what a gateway must get out of the artifact. */
  readonly wasm: Uint8Array;
  readonly tag: string;
  /** See {@link PlanFacts.movable}. */
  readonly movable: boolean;
}

/** What happened. Everything that is not one of these outcomes is thrown. */
export interface PublishOutcome {
  readonly outcome: 'published' | 'identical' | 'moved';
  readonly reference: string;
  /** Digest of the manifest. */
  readonly digest: string;
  /** Bytes of the manifest, the config and the layers together. */
  readonly size: number;
  /** sha256 of the module that a gateway loads, 64 lower-case hex digits. */
  readonly wasmSha256: string;
}

/** Decides what publishing means for a tag. A tag with other content is a conflict unless it may move. */
export function planPublish({ digest, tag, existing, movable }: PlanFacts): PublishPlan {
  if (existing === undefined) return { action: 'push', why: `${tag} does not exist yet` };
  if (existing === digest) {
    return { action: 'identical', why: `${tag} is published already, with this content` };
  }
  return movable
    ? { action: 'move', why: `${tag} holds ${existing} and may move`, from: existing }
    : { action: 'conflict', why: `${tag} holds other content, ${existing}`, existing };
}

/**
 * Publishes an artifact under one tag: resolve, push, pull back, compare, resolve again. A tag that has this
 * content already is success without a single write. After a failed write the tag is asked first: an answer
 * that got lost leaves it published, and then the publication goes on to be verified.
 *
 * Between the first resolve and the push another publisher may set the same tag; no registry API prevents that.
 * The last resolve tells which of the two the tag names in the end.
 *
 * @throws ProxyWasmError `conflict` when the tag has other content (nothing was changed); `verification-failed`
 *   when the artifact does not hold the module, or what was pulled back differs; and what the destination throws
 */
export async function publish(
  destination: Destination,
  request: PublishRequest,
): Promise<PublishOutcome> {
  const { artifact, tag, wasm, movable } = request;
  const { digest } = artifact.manifest.descriptor;
  const reference = destination.reference(tag);
  const existing = await destination.resolve(tag);
  const plan = planPublish({ digest, tag, existing, movable });
  switch (plan.action) {
    case 'identical':
      return outcome('identical', reference, request);
    case 'conflict':
      throw conflict(reference, digest, plan.existing, 'Nothing was changed.');
    case 'push':
    case 'move':
      await checkModule(
        artifact,
        wasm,
        reference,
        'Nothing was published. Pack the artifact again.',
      );
      await push(destination, request, existing);
      await verify(destination, request, reference);
      return outcome(plan.action === 'move' ? 'moved' : 'published', reference, request);
  }
}

/** Pushes; returns when the tag names our manifest, also when the push is said to have failed. */
async function push(
  destination: Destination,
  { layoutDir, artifact, tag }: PublishRequest,
  before: string | undefined,
): Promise<void> {
  const { digest } = artifact.manifest.descriptor;
  try {
    await destination.push(layoutDir, digest, tag);
  } catch (failure) {
    let now: string | undefined;
    try {
      now = await destination.resolve(tag);
    } catch (blindness) {
      throw unknownState(destination.reference(tag), failure, blindness);
    }
    if (now === digest) return;
    if (now !== undefined && now !== before) {
      throw conflict(
        destination.reference(tag),
        digest,
        now,
        'Somebody else set the tag at the same time.',
      );
    }
    throw failure;
  }
}

/**
 * Compares what the destination gives out with what was packed. Gateways do not check the digest of a tar layer
 * (istio `pkg/wasm/imagefetcher.go` stops reading at the end of plugin.wasm), so it has to be right here.
 */
async function verify(
  destination: Destination,
  { artifact, wasm, tag }: PublishRequest,
  reference: string,
): Promise<void> {
  const { digest } = artifact.manifest.descriptor;
  const remedy = `The tag is set, but do not use it: ${reference}. Check the registry and any cache before it.`;
  const pulled = await destination.pull(digest);
  const [expected, actual] = [parts(artifact), parts(pulled)];
  expected.forEach(({ descriptor, bytes }, at) => {
    if (expected.length !== actual.length || !sameBytes(bytes, actual[at]?.bytes)) {
      throw new ProxyWasmError(
        'verification-failed',
        `what was pulled back differs from what was packed, in ${descriptor.digest} (${descriptor.mediaType})`,
        { subject: reference, remedy },
      );
    }
  });
  await checkModule(pulled, wasm, reference, remedy);

  const now = await destination.resolve(tag);
  if (now === digest) return;
  if (now !== undefined) {
    throw conflict(reference, digest, now, 'Somebody else set the tag at the same time.');
  }
  throw new ProxyWasmError('verification-failed', 'the tag is gone again after the upload', {
    subject: reference,
    remedy: 'Check for clean-up rules of the registry, then publish again.',
  });
}

async function checkModule(
  artifact: Artifact,
  wasm: Uint8Array,
  reference: string,
  remedy: string,
): Promise<void> {
  const loaded = await loadAsGateway(artifact);
  if (sameBytes(wasm, loaded)) return;
  throw new ProxyWasmError(
    'verification-failed',
    `a gateway would load another module than the one built (${sha256Hex(loaded)}, not ${sha256Hex(wasm)})`,
    { subject: reference, remedy },
  );
}

function sameBytes(expected: Uint8Array, actual: Uint8Array | undefined): boolean {
  return actual !== undefined && Buffer.compare(expected, actual) === 0;
}

function sha256Hex(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function outcome(
  what: PublishOutcome['outcome'],
  reference: string,
  { artifact, wasm }: PublishRequest,
): PublishOutcome {
  return {
    outcome: what,
    reference,
    digest: artifact.manifest.descriptor.digest,
    size: artifactSize(artifact),
    wasmSha256: sha256Hex(wasm),
  };
}

function conflict(reference: string, ours: string, theirs: string, what: string): ProxyWasmError {
  return new ProxyWasmError(
    'conflict',
    `the tag holds other content: ${theirs} is published, ${ours} was to be`,
    {
      subject: reference,
      remedy: `${what} Raise the version and publish again; a published version does not change.`,
    },
  );
}

function unknownState(reference: string, failure: unknown, blindness: unknown): unknown {
  if (!(failure instanceof ProxyWasmError)) return failure;
  return new ProxyWasmError(
    failure.errorClass,
    `the upload failed, and whether the tag was set could not be seen.\n  Upload: ${describeError(failure)}\n  Resolving the tag: ${describeError(blindness)}`,
    {
      subject: reference,
      remedy: 'Publish again: if the tag was set after all, that is found out and is success.',
      cause: failure,
    },
  );
}
