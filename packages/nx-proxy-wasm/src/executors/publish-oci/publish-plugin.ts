import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { describeError, ProxyWasmError } from '../../errors';
import { localStorePath, outputPaths } from '../../graph/output-paths';
import type { Artifact } from '../../oci/artifact';
import { isErrno, temporaryName } from '../../oci/atomic';
import { resolveCredentials } from '../../oci/credentials';
import type { Destination } from '../../oci/destination';
import { readLayout, writeFreshLayout } from '../../oci/layout';
import { localStore } from '../../oci/local-store';
import { findOras } from '../../oci/oras-install';
import { parsePluginSpec } from '../../oci/plugin-spec';
import { planPublish, publish } from '../../oci/publish';
import { checkTag, parseRegistry } from '../../oci/reference';
import { registryDestination } from '../../oci/registry-destination';
import { chooseVersion } from '../../release/version';
import { artifactSize, packFrom, readBuiltModule } from '../pack-oci/pack-plugin';
import { type PluginTask, type TaskReport, type TaskWith, withOptions } from '../task-batch';
import type { PublishRecord } from './publish-record';
import { type PublishOciOptions, publishOciOptions } from './options';

type Task = TaskWith<PublishOciOptions>;
type Environment = Readonly<Record<string, string | undefined>>;

/** The tag of a plugin that has no version: it may move, and exists in the local store alone. */
const DEVELOPMENT_TAG = 'dev';

const DEFAULT_TIMEOUT_SECONDS = 300;

/** Where a plugin goes, how it is shown, and what its tag may do. */
interface Target {
  readonly destination: Destination;
  /** `plugins/basic-auth:1.0.0`, with the registry in front when there is one. */
  readonly reference: string;
  readonly location?: string;
  readonly tag: string;
  readonly movable: boolean;
}

/**
 * Prepares to publish any number of plugins.
 *
 * @param announce is told, in one line, of long work that has to be done first
 * @returns a function that publishes one plugin; it never throws: a failure is in the record, which is also
 *   left as `dist/<project root>/publish.json` (except by a dry run that succeeds)
 */
export function createPublisher(
  env: Environment,
  announce: (line: string) => void,
): (task: PluginTask) => Promise<{ readonly record: PublishRecord; readonly report: TaskReport }> {
  // One search, and at most one installation, for all plugins of a run.
  const searches = new Map<string, Promise<string>>();
  const orasFor = (options: PublishOciOptions): Promise<string> => {
    const key = JSON.stringify([options.oras, options.installOras]);
    const search =
      searches.get(key) ??
      findOras({
        env,
        announce,
        install: options.installOras ?? true,
        ...(options.oras === undefined ? {} : { orasPath: options.oras }),
      });
    searches.set(key, search);
    return search;
  };

  return async (task) => {
    const notes: string[] = [];
    let record: PublishRecord;
    try {
      record = await publishPlugin(
        withOptions<PublishOciOptions>(task, publishOciOptions),
        env,
        orasFor,
        notes,
      );
    } catch (error) {
      record = {
        schemaVersion: 1,
        project: task.project,
        outcome: 'failed',
        exitCode: error instanceof ProxyWasmError ? error.exitCode : 1,
        error: describeError(error),
      };
    }
    if (record.outcome !== 'planned') await leaveRecord(task, record);
    const lines = [...notes, ...(record.error === undefined ? [] : [record.error])];
    return {
      record,
      report: {
        success: record.exitCode === 0,
        text: lines.map((line) => `${task.project}: ${line}`).join('\n'),
      },
    };
  };
}

async function publishPlugin(
  task: Task,
  env: Environment,
  orasFor: (options: PublishOciOptions) => Promise<string>,
  notes: string[],
): Promise<PublishRecord> {
  const target = await targetOf(task, env, orasFor, notes);
  const wasm = await readBuiltModule(outputPaths(task.workspaceRoot, task.root).wasm, task.project);
  return withLayout(task, wasm, async (layoutDir, artifact) => {
    const { destination, tag, movable, reference, location } = target;
    const shown = {
      schemaVersion: 1,
      project: task.project,
      reference,
      ...(location === undefined ? {} : { location }),
      tag,
    } as const;
    if (task.options.dryRun === true) {
      const { digest } = artifact.manifest.descriptor;
      const plan = planPublish({ digest, tag, existing: await destination.resolve(tag), movable });
      return {
        ...shown,
        outcome: 'planned',
        exitCode: 0,
        digest,
        size: artifactSize(artifact),
        plan: `${plan.action}: ${plan.why}`,
      };
    }
    const { outcome, digest, size, wasmSha256 } = await publish(destination, {
      layoutDir,
      artifact,
      wasm,
      tag,
      movable,
    });
    return { ...shown, outcome, exitCode: 0, digest, size, wasmSha256 };
  });
}

async function targetOf(
  task: Task,
  env: Environment,
  orasFor: (options: PublishOciOptions) => Promise<string>,
  notes: string[],
): Promise<Target> {
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
  task: Task,
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

/** The layout that `pack-oci` left; or, when another shape is asked for, one packed for this publish alone. */
async function withLayout<T>(
  { options, root, workspaceRoot }: Task,
  wasm: Uint8Array,
  use: (layoutDir: string, artifact: Artifact) => Promise<T>,
): Promise<T> {
  const { layout } = outputPaths(workspaceRoot, root);
  if (options.shape === undefined) {
    const { artifact } = await readLayout(layout);
    return use(layout, artifact);
  }
  const { artifact } = await packFrom(join(workspaceRoot, root), wasm, options.shape);
  const own = temporaryName(layout);
  try {
    await writeFreshLayout(own, artifact);
    return await use(own, artifact);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

async function leaveRecord(task: PluginTask, record: PublishRecord): Promise<void> {
  const file = outputPaths(task.workspaceRoot, task.root).publishRecord;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(record, undefined, 2)}\n`);
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
