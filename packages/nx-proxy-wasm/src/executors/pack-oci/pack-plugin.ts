import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ProxyWasmError } from '../../errors';
import { formatSize } from '../../format-size';
import { outputPaths } from '../../graph/output-paths';
import { type Artifact, artifactSize } from '../../oci/artifact';
import { collectDocuments } from '../../oci/documents';
import { writeFreshLayout } from '../../oci/layout';
import { packArtifact, type Shape } from '../../oci/shapes';
import { type PluginTask, type TaskReport, withOptions } from '../task-batch';
import { type PackOciOptions, packOciOptions } from './options';

/**
 * Packs the built module of one plugin and its metadata files as an OCI image layout, after proving that
 * the gateway's own loading rule finds exactly that module in it.
 *
 * @throws ProxyWasmError `bad-input` when there is no built module or a metadata file cannot be used,
 *   `verification-failed` when the gateway would not load what was packed
 */
export async function packPlugin(task: PluginTask): Promise<TaskReport> {
  const { options } = withOptions<PackOciOptions>(task, packOciOptions);
  const { layout, wasm } = outputPaths(task.workspaceRoot, task.root);
  const { artifact, warnings } = await packFrom(
    join(task.workspaceRoot, task.root),
    await readBuiltModule(wasm, task.project),
    options.shape ?? 'higress',
  );
  await writeFreshLayout(layout, artifact);
  const lines = [
    ...warnings.map((warning) => `${task.project}: warning: ${warning}`),
    `${task.project}: packed ${artifact.manifest.descriptor.digest} (${formatSize(artifactSize(artifact))}, ${artifact.layers.length} ${artifact.layers.length === 1 ? 'layer' : 'layers'})`,
  ];
  return { success: true, text: lines.join('\n') };
}

/** Packs a plugin directory in memory; what comes out is proven with the gateway's rule. */
export async function packFrom(
  pluginDirectory: string,
  wasm: Uint8Array,
  shape: Shape,
): Promise<{ readonly artifact: Artifact; readonly warnings: readonly string[] }> {
  const { documents, warnings } = await collectDocuments(pluginDirectory);
  return { artifact: await packArtifact(shape, wasm, documents), warnings };
}

/**
 * The module that `build-wasm` left behind.
 * @throws ProxyWasmError `bad-input` when there is none
 */
export async function readBuiltModule(file: string, project: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new ProxyWasmError('bad-input', 'the plugin is not built', {
      subject: file,
      remedy: `Run "npx nx run ${project}:build-wasm" first, or drop --excludeTaskDependencies.`,
      cause,
    });
  }
}
