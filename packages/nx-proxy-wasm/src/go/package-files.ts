import { ProxyWasmError } from '../errors';
import { evaluateConstraint, parseConstraint } from './build-constraint';
import type { BuildContext } from './build-context';
import { resolveEmbed } from './embed-files';
import { isHiddenName, matchesFileName } from './file-name-constraint';
import type { SourceHeader } from './source-header';
import type { SourceTree } from './source-tree';

/** One `//go:embed` pattern of a package. */
export interface Embed {
  readonly pattern: string;
  /** The Go file that holds the pattern. */
  readonly file: string;
  /** The embedded files; empty when there is a problem. */
  readonly files: readonly string[];
  /** Why the build refuses the pattern. */
  readonly problem: string | undefined;
}

/** A Go file that the build will refuse. */
export interface InvalidGoFile {
  readonly file: string;
  readonly reason: string;
}

/** A directory as the go command sees it in one build context. File names are relative to `dir` and sorted. */
export interface GoPackage {
  /** Relative to the workspace root. */
  readonly dir: string;
  /** The name in the package clauses; undefined when no Go file is part of the build. */
  readonly name: string | undefined;
  readonly goFiles: readonly string[];
  /** Assembly, headers, .syso and (refused without cgo) C files that the build looks at. */
  readonly otherFiles: readonly string[];
  /** Every test file: tests run natively, so the constraints of the wasm build do not apply to them. */
  readonly testFiles: readonly string[];
  /** Go files that constraints, file name or cgo keep out of the build. */
  readonly ignoredGoFiles: readonly string[];
  readonly invalidGoFiles: readonly InvalidGoFile[];
  /** Import paths of `goFiles`, sorted, without `C`. */
  readonly imports: readonly string[];
  readonly embeds: readonly Embed[];
}

/** Extensions besides .go that the go command gives to compiler, assembler or linker (.S and .sx need cgo). */
const OTHER_SOURCE = /\.(?:s|h|hh|hpp|hxx|syso|c|cc|cpp|cxx|m|f|F|for|f90|swig|swigcxx)$/;

/** The file is documentation in the form of Go; the go command leaves it out. */
const DOCUMENTATION_PACKAGE = 'documentation';

type FileVerdict =
  | { readonly kind: 'built'; readonly header: SourceHeader }
  | { readonly kind: 'ignored' }
  | { readonly kind: 'invalid'; readonly reason: string };

/**
 * Reads the package in a directory. A broken Go file makes no failure: it is listed as invalid, and the others count.
 *
 * @param dir relative to the workspace root; one that does not exist gives a package without files
 * @throws ProxyWasmError when a file cannot be read
 * @see https://pkg.go.dev/go/build#Context.Import
 */
export function readPackage(tree: SourceTree, dir: string, context: BuildContext): GoPackage {
  const goFiles: string[] = [];
  const otherFiles: string[] = [];
  const testFiles: string[] = [];
  const ignoredGoFiles: string[] = [];
  const invalidGoFiles: InvalidGoFile[] = [];
  const imports = new Set<string>();
  const embeds: Embed[] = [];
  let packageName: string | undefined;

  for (const [file, kind] of tree.listDirectory(dir) ?? []) {
    if (isHiddenName(file) || (kind !== 'file' && kind !== 'linked-file')) continue;
    const path = dir === '.' ? file : `${dir}/${file}`;
    if (file.endsWith('_test.go')) {
      testFiles.push(file);
    } else if (file.endsWith('.go')) {
      const verdict = judgeGoFile(tree, path, file, context);
      if (verdict.kind === 'ignored') {
        ignoredGoFiles.push(file);
        continue;
      }
      if (verdict.kind === 'invalid') {
        invalidGoFiles.push({ file, reason: verdict.reason });
        continue;
      }
      const { header } = verdict;
      goFiles.push(file);
      packageName ??= header.packageName;
      if (header.packageName !== packageName) {
        const reason = `package ${header.packageName} stands beside package ${packageName}`;
        invalidGoFiles.push({ file, reason });
      }
      for (const path of header.imports) imports.add(path);
      for (const pattern of header.embedPatterns) {
        const found = resolveEmbed(tree, dir, pattern);
        const problem = 'problem' in found ? found.problem : undefined;
        embeds.push({ pattern, file, files: 'files' in found ? found.files : [], problem });
      }
    } else if (OTHER_SOURCE.test(file) && isOtherBuilt(tree, path, file, context)) {
      otherFiles.push(file);
    }
  }
  return {
    dir,
    name: packageName,
    goFiles,
    otherFiles,
    testFiles,
    ignoredGoFiles,
    invalidGoFiles,
    imports: [...imports].sort(),
    embeds,
  };
}

function judgeGoFile(
  tree: SourceTree,
  path: string,
  name: string,
  context: BuildContext,
): FileVerdict {
  if (!matchesFileName(name, context)) return { kind: 'ignored' };
  try {
    const header = tree.readHeader(path);
    if (header === undefined) return { kind: 'invalid', reason: 'the file vanished' };
    const built =
      satisfies(header.constraint, path, context) &&
      !header.usesCgo &&
      header.packageName !== DOCUMENTATION_PACKAGE;
    return built ? { kind: 'built', header } : { kind: 'ignored' };
  } catch (error) {
    if (!(error instanceof ProxyWasmError)) throw error;
    // What a constraint excludes need not be Go at all, a template for example.
    const excluded = !isAdmitted(tree, path, context);
    return excluded ? { kind: 'ignored' } : { kind: 'invalid', reason: error.message };
  }
}

function isOtherBuilt(
  tree: SourceTree,
  path: string,
  name: string,
  context: BuildContext,
): boolean {
  return (
    matchesFileName(name, context) && (name.endsWith('.syso') || isAdmitted(tree, path, context))
  );
}

/** Whether a file's leading constraint holds. A malformed one admits it: the build looks at it and says what is wrong. */
function isAdmitted(tree: SourceTree, path: string, context: BuildContext): boolean {
  try {
    return satisfies(tree.readConstraint(path)?.constraint, path, context);
  } catch (error) {
    if (error instanceof ProxyWasmError) return true;
    throw error;
  }
}

function satisfies(constraint: string | undefined, path: string, context: BuildContext): boolean {
  return constraint === undefined || evaluateConstraint(parseConstraint(constraint, path), context);
}
