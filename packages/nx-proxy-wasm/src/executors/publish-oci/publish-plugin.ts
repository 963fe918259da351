import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describeError, ProxyWasmError } from '../../errors';
import { outputPaths } from '../../graph/output-paths';
import { type Artifact, artifactSize } from '../../oci/artifact';
import { temporaryName } from '../../oci/atomic';
import type { Environment } from '../../oci/credentials';
import { readLayout, writeFreshLayout } from '../../oci/layout';
import { findOras } from '../../oci/oras-install';
import { planPublish, publish } from '../../oci/publish';
import { packFrom, readBuiltModule } from '../pack-oci/pack-plugin';
import { type PluginTask, type TaskReport, withOptions } from '../task-batch';
import { type PublishOciOptions, publishOciOptions } from './options';
import type { PublishRecord } from './publish-record';
import { type PublishTask, targetOf } from './publish-target';

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
  task: PublishTask,
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

/** The layout that `pack-oci` left; or, when another shape is asked for, one packed for this publish alone. */
async function withLayout<T>(
  { options, root, workspaceRoot }: PublishTask,
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
