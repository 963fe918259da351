import { type Blob } from './artifact';
import { type Environment, secretsOf } from './credentials';
import { type Destination } from './destination';
import { parseManifest } from './manifest';
import { copyToRegistry } from './oras';
import { checkRepository, checkTag, formatReference } from './reference';
import { repositoryReader } from './registry';
import { withRegistryConfig } from './registry-config';
import { type RepositoryAccess, usesPlainHttp } from './registry-connection';

/** A repository of a registry and the means to write to it. */
export interface RegistryAccess extends RepositoryAccess {
  /** The oras program, see `findOras`. */
  readonly oras: string;
  readonly env: Environment;
  /** Milliseconds for a whole upload. */
  readonly uploadTimeoutMs: number;
}

/**
 * A repository of a registry as destination: oras writes, our own reader resolves and checks.
 * @throws ProxyWasmError `bad-input` for a name that is no repository name
 */
export function registryDestination(access: RegistryAccess): Destination {
  const { host, repository, credentials, oras, env } = access;
  checkRepository(repository);
  const reader = repositoryReader(access);
  const reference = (version: string): string => formatReference({ host, repository, version });
  return {
    description: `${host}/${repository}`,
    reference,
    resolve: async (tag) => {
      checkTag(tag);
      return reader.resolve(tag);
    },
    push: async (layoutDir, digest, tag) => {
      checkTag(tag);
      await withRegistryConfig(credentials, host, (configFile) =>
        copyToRegistry(
          {
            layoutDir,
            digest,
            reference: reference(tag),
            plainHttp: usesPlainHttp(host, access.plainHttp),
            configFile,
          },
          { oras, env, timeoutMs: access.uploadTimeoutMs, secrets: secretsOf(credentials) },
        ),
      );
    },
    pull: async (digest) => {
      const manifest = await reader.manifest(digest);
      const { config, layers } = parseManifest(manifest.bytes, reference(digest));
      const blobs: Blob[] = [];
      for (const descriptor of [config, ...layers]) {
        blobs.push({ descriptor, bytes: await reader.blob(descriptor) });
      }
      const [configBlob, ...layerBlobs] = blobs as [Blob, ...Blob[]];
      return { manifest, config: configBlob, layers: layerBlobs };
    },
  };
}
