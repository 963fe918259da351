import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describeError, ProxyWasmError } from '../../errors';
import { localStorePath } from '../../graph/output-paths';
import { isErrno } from '../../oci/atomic';
import { type Environment, resolveCredentials } from '../../oci/credentials';
import type { Destination } from '../../oci/destination';
import { localStore } from '../../oci/local-store';
import { parsePluginSpec } from '../../oci/plugin-spec';
import { checkTag, parseRegistry } from '../../oci/reference';
import { registryDestination } from '../../oci/registry-destination';
import { chooseVersion } from '../../release/version';
import type { TaskWith } from '../task-batch';
import type { PublishOciOptions } from './options';

/** A publish task whose options are checked. */
export type PublishTask = TaskWith<PublishOciOptions>;

/** The tag of a plugin that has no version: it may move, and exists in the local store alone. */
const DEVELOPMENT_TAG = 'dev';

const DEFAULT_TIMEOUT_SECONDS = 300;

/** Where a plugin goes, how it is shown, and what its tag may do. */
export interface PublishTarget {
  readonly destination: Destination;
  /** `plugins/basic-auth:1.0.0`, with the registry in front when there is one. */
  readonly reference: string;
  readonly location?: string;
  readonly tag: string;
  readonly movable: boolean;
}

/**
 * Decides where a plugin goes and as what: destination, repository and tag.
 *
 * @param env holds the credentials
 * @param orasFor finds the oras program; asked only when something is to be written to a registry
 * @param notes gets what the user should be told
 * @throws ProxyWasmError `bad-input` for a name, version or file that cannot be used, `missing-tool` without oras
 */
export async function targetOf(
  task: PublishTask,
  env: Environment,
  orasFor: (options: PublishOciOptions) => Promise<string>,
  notes: string[],
): Promise<PublishTarget> {
  const { options, project, workspaceRoot } = task;
  const repository = options.repository ?? `plugins/${project}`;
  const { tag, movable } = await tagOf(task, notes);
  if (options.registry === undefined) {
    const destination = localStore(localStorePath(workspaceRoot), repository);
    return {
      destination,
      reference: `${repository}:${tag}`,
      location: relative(workspaceRoot, destination.description),
      tag,
      movable,
    };
  }
  const { host, prefix } = parseRegistry(options.registry);
  const timeoutMs = (options.timeout ?? DEFAULT_TIMEOUT_SECONDS) * 1000;
  const destination = registryDestination({
    host,
    repository: prefix === '' ? repository : `${prefix}/${repository}`,
    credentials: await resolveCredentials(host, env),
    ...(options.plainHttp === undefined ? {} : { plainHttp: options.plainHttp }),
    timeoutMs,
    uploadTimeoutMs: timeoutMs,
    env,
    // A dry run writes nothing, so it needs no oras.
    oras: options.dryRun === true ? '' : await orasFor(options),
  });
  return { destination, reference: destination.reference(tag), tag, movable };
}

async function tagOf(
  task: PublishTask,
  notes: string[],
): Promise<{ readonly tag: string; readonly movable: boolean }> {
  const { options, project, root, workspaceRoot } = task;
  const read = (file: string) => readOptional(join(workspaceRoot, root, file));
  const specFile = join(root, 'spec.yaml');
  const specText = await read('spec.yaml');
  const spec = specText === undefined ? undefined : parsePluginSpec(specText, specFile).version;
  const versionFile = await read('VERSION');
  const answer = chooseVersion(project, { tag: options.tag, versionFile, spec });
  if (answer.kind === 'version') {
    checkTag(answer.version);
    const declared = [versionFile?.trim(), spec].filter(
      (version) => version !== undefined && version !== '' && version !== answer.version,
    );
    if (declared.length > 0) {
      notes.push(
        `warning: publishing as ${answer.version} although the sources say ${declared.join(' and ')}`,
      );
    }
    return { tag: answer.version, movable: false };
  }
  if (options.registry !== undefined) {
    throw new ProxyWasmError('bad-input', 'no version to publish as', {
      subject: project,
      remedy: `Pass --tag=1.0.0, or write the version to ${join(root, 'VERSION')} or to info.version in ${specFile}.`,
    });
  }
  notes.push(
    `no version in --tag, VERSION or spec.yaml: published as the movable tag ${DEVELOPMENT_TAG}`,
  );
  return { tag: DEVELOPMENT_TAG, movable: true };
}

async function readOptional(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw new ProxyWasmError('bad-input', `cannot be read: ${describeError(error)}`, {
      subject: file,
      cause: error,
    });
  }
}
