import * as path from 'node:path';
import { run } from '../../process';
import type { ClosurePackage } from '../closure';

/** What both sides say about a package, file names relative to it and sorted. */
export interface PackageSummary {
  readonly dir: string;
  readonly importPath: string;
  readonly name: string;
  readonly goFiles: readonly string[];
  readonly ignoredGoFiles: readonly string[];
  readonly testFiles: readonly string[];
  readonly otherFiles: readonly string[];
  readonly embedFiles: readonly string[];
}

/** How `go list` is started for a package. */
export interface GoListOptions {
  readonly tags: readonly string[];
  readonly goflags: string;
  readonly gowork: string;
}

type GoListPackage = Readonly<Record<string, unknown>>;

const FIELDS = [
  'Dir',
  'ImportPath',
  'Name',
  'Standard',
  'Imports',
  ...['GoFiles', 'IgnoredGoFiles', 'TestGoFiles', 'XTestGoFiles', 'EmbedFiles'],
  ...['CFiles', 'CXXFiles', 'MFiles', 'HFiles', 'FFiles', 'SFiles', 'SwigFiles', 'SysoFiles'],
];

const OTHER_FIELDS = FIELDS.slice(FIELDS.indexOf('CFiles'));

/** The environment of a plugin build, cut off from the network and from the user's settings. */
function goEnvironment(options: GoListOptions): Record<string, string | undefined> {
  return {
    ...process.env,
    GOENV: 'off',
    GOOS: 'wasip1',
    GOARCH: 'wasm',
    CGO_ENABLED: '0',
    GOTOOLCHAIN: 'local',
    GOPROXY: 'off',
    GOSUMDB: 'off',
    GOFLAGS: options.goflags,
    GOWORK: options.gowork,
    GOWASM: '',
    GOEXPERIMENT: '',
  };
}

/** Runs the go command and gives what it wrote. */
export async function runGo(
  args: readonly string[],
  cwd: string,
  options: GoListOptions,
): Promise<string> {
  const { exitCode, stdout, stderr } = await run('go', args, { cwd, env: goEnvironment(options) });
  if (exitCode !== 0) throw new Error(`go ${args.join(' ')} in ${cwd}: ${stderr}`);
  return stdout;
}

/**
 * The packages that the go command loads for a package's build and that lie below `root`, sorted by directory,
 * and the import paths that lead out of it.
 */
export async function goList(
  root: string,
  packageDir: string,
  options: GoListOptions,
): Promise<{ readonly packages: readonly PackageSummary[]; readonly external: readonly string[] }> {
  const args = ['list', '-deps', '-e', `-json=${FIELDS.join(',')}`];
  args.push(`-tags=${options.tags.join(',')}`, '.');
  const listed = parseStream(await runGo(args, path.join(root, packageDir), options));
  const local = listed.filter((entry) => isLocal(entry, root));
  const paths = new Set(local.map((entry) => text(entry, 'ImportPath')));
  const imports = new Set(local.flatMap((entry) => names(entry, 'Imports')));
  return {
    packages: local.map((entry) => summarize(entry, root)).sort(byDirectory),
    external: [...imports].filter((path) => !paths.has(path)).sort(),
  };
}

/** Our packages in the same form. */
export function summarizeClosure(packages: readonly ClosurePackage[]): readonly PackageSummary[] {
  return packages
    .map((found) => ({
      dir: found.dir,
      importPath: found.importPath,
      name: found.name ?? '',
      goFiles: found.goFiles,
      ignoredGoFiles: found.ignoredGoFiles,
      testFiles: found.testFiles,
      otherFiles: found.otherFiles,
      embedFiles: [...new Set(found.embeds.flatMap(({ files }) => files))].sort(),
    }))
    .sort(byDirectory);
}

function summarize(entry: GoListPackage, root: string): PackageSummary {
  const ignored = names(entry, 'IgnoredGoFiles');
  const isTest = (file: string) => file.endsWith('_test.go');
  const tests = ['TestGoFiles', 'XTestGoFiles'].flatMap((field) => names(entry, field));
  return {
    dir: path.relative(root, text(entry, 'Dir')).replaceAll(path.sep, '/') || '.',
    importPath: text(entry, 'ImportPath'),
    name: text(entry, 'Name'),
    goFiles: names(entry, 'GoFiles'),
    ignoredGoFiles: ignored.filter((file) => !isTest(file)),
    testFiles: [...tests, ...ignored.filter(isTest)].sort(),
    otherFiles: OTHER_FIELDS.flatMap((field) => names(entry, field)).sort(),
    embedFiles: [...names(entry, 'EmbedFiles')].sort(),
  };
}

/** A package without a directory is one that was not found. */
function isLocal(entry: GoListPackage, root: string): boolean {
  const dir = text(entry, 'Dir');
  return dir === root || dir.startsWith(root + path.sep);
}

function byDirectory(a: PackageSummary, b: PackageSummary): number {
  return a.dir < b.dir ? -1 : 1;
}

function text(entry: GoListPackage, field: string): string {
  return typeof entry[field] === 'string' ? entry[field] : '';
}

function names(entry: GoListPackage, field: string): readonly string[] {
  return Array.isArray(entry[field]) ? (entry[field] as string[]) : [];
}

/** `go list -json` writes one indented object after the other. */
function parseStream(output: string): readonly GoListPackage[] {
  const objects = output.split(/^\}$/m).filter((part) => part.trim() !== '');
  return objects.map((part) => JSON.parse(`${part}}`) as GoListPackage);
}
