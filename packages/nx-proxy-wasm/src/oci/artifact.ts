/**
 * A content descriptor of the OCI image specification.
 * @see https://github.com/opencontainers/image-spec/blob/v1.1.1/descriptor.md
 */
export interface Descriptor {
  readonly mediaType: string;
  /** `sha256:` and 64 lower-case hex digits. */
  readonly digest: string;
  /** Length of the content in bytes. */
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Content together with the descriptor that names it. */
export interface Blob {
  readonly descriptor: Descriptor;
  readonly bytes: Uint8Array;
}

/** A whole OCI artifact in memory: what is packed, pushed, pulled back and compared. */
export interface Artifact {
  readonly manifest: Blob;
  readonly config: Blob;
  /** In manifest order: gateways look at the last one. */
  readonly layers: readonly Blob[];
}

/** Everything an artifact is made of: manifest, config, layers, in this order. */
export function parts({ manifest, config, layers }: Artifact): readonly Blob[] {
  return [manifest, config, ...layers];
}

/** Bytes of the whole artifact. */
export function artifactSize(artifact: Artifact): number {
  return parts(artifact).reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
}
