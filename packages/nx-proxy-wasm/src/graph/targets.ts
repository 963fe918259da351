import type { TargetConfiguration } from '@nx/devkit';
import type { PackageClosure } from '../go/closure';
import { outputPaths } from './output-paths';
import { buildInputs, libraryTestInputs, packInputs, publishInputs, testInputs } from './inputs';
import type { NormalizedOptions } from './options';

/** Name under which Nx loads this package; executors are `<package>:<executor>`. */
export const PACKAGE_NAME = 'nx-proxy-wasm';

type Targets = Record<string, TargetConfiguration>;

/** The targets of a plugin, a project called `name`: build, test, pack and publish. */
export function pluginTargets(
  closure: PackageClosure,
  name: string,
  options: NormalizedOptions,
): Targets {
  const outputs = outputPaths('{workspaceRoot}', closure.packageDir);
  return {
    [options.buildTargetName]: {
      executor: `${PACKAGE_NAME}:build-wasm`,
      options: {},
      cache: true,
      inputs: buildInputs(closure),
      outputs: [outputs.wasm],
      metadata: describe(
        'Compiles the plugin to a WebAssembly module and checks that the gateway would load it',
        `${name}:${options.buildTargetName}`,
        { profile: 'envoy' },
      ),
    },
    [options.testTargetName]: {
      executor: `${PACKAGE_NAME}:test`,
      options: {},
      cache: true,
      dependsOn: [options.buildTargetName],
      inputs: testInputs(closure),
      outputs: [],
      metadata: describe(
        'Runs the Go tests of the plugin natively',
        `${name}:${options.testTargetName}`,
        {
          args: ['-race'],
        },
      ),
    },
    [options.packTargetName]: {
      executor: `${PACKAGE_NAME}:pack-oci`,
      options: {},
      cache: true,
      dependsOn: [options.buildTargetName],
      inputs: packInputs(),
      outputs: [outputs.layout],
      metadata: describe(
        'Packs module and metadata as an OCI image layout that the gateway is proven to load',
        `${name}:${options.packTargetName}`,
        { shape: 'compat' },
      ),
    },
    [options.publishTargetName]: {
      executor: `${PACKAGE_NAME}:publish-oci`,
      options: {
        repository: options.repository,
        ...(options.registry === undefined ? {} : { registry: options.registry }),
      },
      cache: false,
      dependsOn: [options.packTargetName],
      inputs: publishInputs(),
      outputs: [outputs.publishRecord],
      metadata: describe(
        'Publishes the plugin to a registry, or to the local store when none is named',
        `${name}:${options.publishTargetName}`,
        { registry: 'registry.example.com', tag: '1.0.0' },
      ),
    },
  };
}

/** The targets of a library module that plugins replace to: its tests; there is nothing to publish. */
export function libraryTargets(name: string, options: NormalizedOptions): Targets {
  return {
    [options.testTargetName]: {
      executor: `${PACKAGE_NAME}:test`,
      options: {},
      cache: true,
      inputs: libraryTestInputs(),
      outputs: [],
      metadata: describe('Runs the Go tests of the library', `${name}:${options.testTargetName}`, {
        args: ['-race'],
      }),
    },
  };
}

function describe(
  description: string,
  task: string,
  example: Record<string, unknown>,
): NonNullable<TargetConfiguration['metadata']> {
  return {
    description,
    technologies: ['go', 'proxy-wasm'],
    help: { command: `npx nx run ${task} --help`, example: { options: example } },
  };
}
