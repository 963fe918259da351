import type { Artifact } from './artifact';

/**
 * One repository that artifacts are published to: in a registry or in the local store. The publish
 * protocol knows nothing else of either; retries, recording or dry runs are wrappers of this interface.
 */
export interface Destination {
  /** For people: `registry.example.com/plugins/basic-auth` or the folder of the local store. */
  readonly description: string;
  /** The reference under which the tag can be pulled. */
  reference(tag: string): string;
  /**
   * Digest of the manifest that the tag names now. `undefined` only when the tag is known to be absent
   * (ENOENT, an explicit 404 of a registry): everything unclear throws, so that "I could not see it" never
   * becomes "it is free".
   */
  resolve(tag: string): Promise<string | undefined>;
  /**
   * Copies the manifest `digest` and its blobs out of an OCI image layout, then sets the tag, whatever it
   * named before. A failure says nothing about the tag: resolve it before telling anybody.
   */
  push(layoutDir: string, digest: string, tag: string): Promise<void>;
  /** Reads the whole artifact back; the size and digest of every part are checked, to the end of the data. */
  pull(digest: string): Promise<Artifact>;
}
