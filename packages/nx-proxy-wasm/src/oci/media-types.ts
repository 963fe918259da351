/**
 * Media types and annotation names of the artifacts we write and read.
 *
 * OCI: https://github.com/opencontainers/image-spec/blob/v1.1.1/media-types.md
 * Plugin files: the "Wasm plugin image spec" of Higress,
 * https://higress.ai/en/docs/latest/user/wasm-image-spec/
 */

export const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
export const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
export const OCI_IMAGE_CONFIG = 'application/vnd.oci.image.config.v1+json';
export const OCI_TAR_GZIP_LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

export const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
export const DOCKER_TAR_GZIP_LAYER = 'application/vnd.docker.image.rootfs.diff.tar.gzip';

/** What `oras push --image-spec v1.0` names a config that nobody described. */
export const ORAS_UNKNOWN_CONFIG = 'application/vnd.unknown.config.v1+json';

export const PLUGIN_SPEC = 'application/vnd.module.wasm.spec.v1+yaml';
export const PLUGIN_README = 'application/vnd.module.wasm.doc.v1+markdown';
export const PLUGIN_ICON = 'application/vnd.module.wasm.icon.v1+png';
export const PLUGIN_CONFIG = 'application/vnd.module.wasm.config.v1+json';
export const PLUGIN_WASM = 'application/vnd.module.wasm.content.layer.v1+wasm';

/** The README in one language; the image spec and hgctl write the language in lower case. */
export function translatedReadme(language: string): string {
  return `application/vnd.module.wasm.doc.v1.${language.toLowerCase()}+markdown`;
}

/** File name of a layer; `oras pull` restores files by it. */
export const ANNOTATION_TITLE = 'org.opencontainers.image.title';
/** Tag of a manifest inside the index of an OCI image layout. */
export const ANNOTATION_REF_NAME = 'org.opencontainers.image.ref.name';
