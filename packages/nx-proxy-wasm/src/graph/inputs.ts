import type { TargetConfiguration } from '@nx/devkit';
import { posix } from 'node:path';
import type { PackageClosure } from '../go/closure';
import type { GoPackage } from '../go/package-files';

/** One entry of a target's `inputs`. */
type InputDefinition = NonNullable<TargetConfiguration['inputs']>[number];

/**
 * Name of the external node whose version is this package's: a task built by another version of the
 * plugin (other flags, other rules) is not taken from the cache.
 */
export const RECIPE_NODE = 'nx-proxy-wasm:recipe';

/**
 * Prints the base toolchain and GOTOOLCHAIN. Asked from the file system root, where no go.mod selects
 * another toolchain: the module's own `go` and `toolchain` lines are inputs already, and together they
 * decide. Without Go the command fails, which Nx hashes like any other answer.
 */
const TOOLCHAIN_INPUT: InputDefinition = { runtime: 'go -C / env GOVERSION GOTOOLCHAIN' };

/** Nothing here depends on npm packages but this one: without the entry every lock file edit rebuilds all. */
const RECIPE_INPUT: InputDefinition = { externalDependencies: [RECIPE_NODE] };

/** Extensions besides `.go` that the go command hands to the compiler or assembler when cgo is off. */
const ASSEMBLY = '*.{s,S,sx,h,hh,hpp,hxx,syso}';

/**
 * The inputs of `build-wasm`: every file whose change can change the bytes.
 *
 * Patterns for each package directory rather than lists of files, because a list made after a deletion no
 * longer names the deleted file, and the change would select nothing.
 */
export function buildInputs(closure: PackageClosure): InputDefinition[] {
  return [
    ...unique([...closure.packages.flatMap(packagePatterns), ...moduleFiles(closure)]),
    TOOLCHAIN_INPUT,
    { env: 'GOWORK' },
    RECIPE_INPUT,
  ];
}

/** The inputs of `test`: what the module is built from, and all a test of this project can read. */
export function testInputs(closure: PackageClosure): InputDefinition[] {
  return [
    '{projectRoot}/**/*',
    '!{projectRoot}/*.md',
    '!{projectRoot}/VERSION',
    ...buildInputs(closure).filter(
      (input) => !(typeof input === 'string' && input.startsWith('!')),
    ),
    { dependentTasksOutputFiles: '**/plugin.wasm' },
  ];
}

/** The inputs of a library's `test`: its whole directory. */
export function libraryTestInputs(): InputDefinition[] {
  return ['{projectRoot}/**/*', TOOLCHAIN_INPUT, RECIPE_INPUT];
}

/** The inputs of `pack-oci`: the module and the metadata files that become layers. */
export function packInputs(): InputDefinition[] {
  return [
    '{projectRoot}/spec.yaml',
    '{projectRoot}/README*.md',
    '{projectRoot}/icon.png',
    { dependentTasksOutputFiles: '**/plugin.wasm' },
    RECIPE_INPUT,
  ];
}

/** The inputs of `publish-oci`, which is never cached: they decide what `nx affected` selects. */
export function publishInputs(): InputDefinition[] {
  return [
    // A VERSION that git tracks although a .gitignore names it is published all the same.
    { fileset: '{projectRoot}/VERSION', includeIgnored: true },
    ...packInputs(),
  ];
}

function packagePatterns(goPackage: GoPackage): string[] {
  const { dir } = goPackage;
  // Nx hashes what is in the workspace; a module beside it is not seen.
  if (!isInside(`{workspaceRoot}/${dir}`)) return [];
  return [
    inWorkspace(dir, '*.go'),
    `!${inWorkspace(dir, '*_test.go')}`,
    inWorkspace(dir, ASSEMBLY),
    ...goPackage.ignoredGoFiles.map((file) => `!${inWorkspace(dir, file)}`),
    ...goPackage.embeds.flatMap(({ pattern }) => embedPatterns(dir, pattern)),
  ];
}

/** An embed pattern names a file, a glob or a directory; only the file system knows which, and it changes. */
function embedPatterns(dir: string, pattern: string): string[] {
  const path = pattern.replace(/^all:/, '').replace(/\/+$/, '');
  return [inWorkspace(dir, path), inWorkspace(dir, posix.join(path, '**/*'))];
}

/**
 * The module files that choose versions and toolchain. A local module's go.sum is not read when it is not
 * the main module (Go modules reference, "go.sum files").
 */
function moduleFiles(closure: PackageClosure): string[] {
  const { mainModule, modFiles, workFile } = closure;
  const vendorDir = posix.dirname(workFile?.file ?? mainModule.file);
  return [
    ...modFiles.map((file) => `{workspaceRoot}/${file}`),
    inWorkspace(mainModule.dir, 'go.sum'),
    ...(closure.vendored ? [inWorkspace(vendorDir, 'vendor/modules.txt')] : []),
    ...(workFile === undefined
      ? []
      : [`{workspaceRoot}/${workFile.file}`, `{workspaceRoot}/${workFile.file}.sum`]),
  ].filter(isInside);
}

function inWorkspace(dir: string, pattern: string): string {
  return `{workspaceRoot}/${posix.join(dir, pattern)}`;
}

function isInside(pattern: string): boolean {
  return !pattern.startsWith('{workspaceRoot}/../');
}

function unique(patterns: readonly string[]): string[] {
  return [...new Set(patterns)];
}
