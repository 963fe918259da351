import { ProxyWasmError } from '../errors';
import {
  parseGodebugLine,
  parseGoLine,
  parseModuleVersion,
  parsePathLine,
  parseReplaceLine,
  parseToolchainLine,
  parseVersion,
  rejectRepetition,
  type GodebugSetting,
  type ModuleVersion,
  type Replacement,
} from './mod-directives';
import { modError, parseModSyntax, type Statement } from './mod-syntax';

/** One `require` line. */
export interface Requirement extends ModuleVersion {
  /** Marked `// indirect`: no package of the main module imports it. */
  readonly indirect: boolean;
}

/** One `retract` line: a closed interval, a single version has equal ends. */
export interface Retraction {
  readonly low: string;
  readonly high: string;
}

/** A go.mod file as values, in the order of the file. */
export interface GoModFile {
  /** The name it was parsed under. */
  readonly file: string;
  readonly modulePath: string;
  /** The `go` line, such as `1.24.1`. */
  readonly goVersion: string | undefined;
  /** The `toolchain` line, such as `go1.24.4` or `default`. */
  readonly toolchain: string | undefined;
  readonly requires: readonly Requirement[];
  readonly replaces: readonly Replacement[];
  readonly excludes: readonly ModuleVersion[];
  readonly retracts: readonly Retraction[];
  readonly godebugs: readonly GodebugSetting[];
  readonly tools: readonly string[];
  readonly ignores: readonly string[];
}

/**
 * Parses a go.mod file: the whole grammar, blocks, comments and quoted names included. Directives that are
 * not known are passed over, as the go command does for dependencies: a newer Go may have more of them.
 *
 * @param file the name used in errors
 * @throws ProxyWasmError `bad-input` with `file:line:column` and the rule that a line breaks
 * @see https://go.dev/ref/mod#go-mod-file
 */
export function parseGoMod(text: string, file: string): GoModFile {
  let modulePath: string | undefined;
  let goVersion: string | undefined;
  let toolchain: string | undefined;
  const requires: Requirement[] = [];
  const replaces: Replacement[] = [];
  const excludes: ModuleVersion[] = [];
  const retracts: Retraction[] = [];
  const godebugs: GodebugSetting[] = [];
  const tools: string[] = [];
  const ignores: string[] = [];
  for (const statement of parseModSyntax(text, file)) {
    switch (statement.verb) {
      case 'module':
        rejectRepetition(statement, modulePath);
        modulePath = parsePathLine(statement, 'module example.com/module');
        break;
      case 'go':
        rejectRepetition(statement, goVersion);
        goVersion = parseGoLine(statement);
        break;
      case 'toolchain':
        rejectRepetition(statement, toolchain);
        toolchain = parseToolchainLine(statement);
        break;
      case 'require':
        requires.push({ ...parseModuleVersion(statement), indirect: isIndirect(statement) });
        break;
      case 'replace':
        replaces.push(parseReplaceLine(statement));
        break;
      case 'exclude':
        excludes.push(parseModuleVersion(statement));
        break;
      case 'retract':
        retracts.push(parseRetraction(statement));
        break;
      case 'godebug':
        godebugs.push(parseGodebugLine(statement));
        break;
      case 'tool':
        tools.push(parsePathLine(statement, 'tool example.com/module/cmd/name'));
        break;
      case 'ignore':
        ignores.push(parsePathLine(statement, 'ignore ./directory'));
        break;
      default:
    }
  }
  if (modulePath === undefined) {
    throw new ProxyWasmError('bad-input', 'there is no module line', {
      subject: file,
      remedy: 'Add a line such as: module example.com/module',
    });
  }
  return {
    file,
    modulePath,
    goVersion,
    toolchain,
    requires,
    replaces,
    excludes,
    retracts,
    godebugs,
    tools,
    ignores,
  };
}

/** `// indirect`, alone or before a semicolon and more text. */
function isIndirect({ comment }: Statement): boolean {
  const [first, ...rest] = (comment ?? '').split(/\s+/);
  return first === (rest.length === 0 ? 'indirect' : 'indirect;');
}

function parseRetraction(statement: Statement): Retraction {
  const { args } = statement;
  if (args.length === 1) {
    const version = parseVersion(statement, 0);
    return { low: version, high: version };
  }
  if (args.length !== 5 || args[0] !== '[' || args[2] !== ',' || args[4] !== ']') {
    throw modError(
      statement,
      'the retract line is malformed',
      'Write it as: retract v1.2.3, or retract [v1.2.0, v1.2.3]',
    );
  }
  return { low: parseVersion(statement, 1), high: parseVersion(statement, 3) };
}
