import {
  parseGodebugLine,
  parseGoLine,
  parsePathLine,
  parseReplaceLine,
  parseToolchainLine,
  rejectRepetition,
  type GodebugSetting,
  type Replacement,
} from './mod-directives';
import { parseModSyntax } from './mod-syntax';

/** A go.work file as values, in the order of the file. */
export interface GoWorkFile {
  /** The name it was parsed under. */
  readonly file: string;
  readonly goVersion: string | undefined;
  readonly toolchain: string | undefined;
  /** Module directories as they are written: relative to the directory of the file, or absolute. */
  readonly uses: readonly string[];
  readonly replaces: readonly Replacement[];
  readonly godebugs: readonly GodebugSetting[];
}

/**
 * Parses a go.work file. Directives that are not known are passed over.
 *
 * @param file the name used in errors
 * @throws ProxyWasmError `bad-input` with `file:line:column` and the rule that a line breaks
 * @see https://go.dev/ref/mod#go-work-file
 */
export function parseGoWork(text: string, file: string): GoWorkFile {
  let goVersion: string | undefined;
  let toolchain: string | undefined;
  const uses: string[] = [];
  const replaces: Replacement[] = [];
  const godebugs: GodebugSetting[] = [];
  for (const statement of parseModSyntax(text, file)) {
    switch (statement.verb) {
      case 'go':
        rejectRepetition(statement, goVersion);
        goVersion = parseGoLine(statement);
        break;
      case 'toolchain':
        rejectRepetition(statement, toolchain);
        toolchain = parseToolchainLine(statement);
        break;
      case 'use':
        uses.push(parsePathLine(statement, 'use ./directory').replaceAll('\\', '/'));
        break;
      case 'replace':
        replaces.push(parseReplaceLine(statement));
        break;
      case 'godebug':
        godebugs.push(parseGodebugLine(statement));
        break;
      default:
    }
  }
  return { file, goVersion, toolchain, uses, replaces, godebugs };
}
