import { escapeControls } from '../errors';
import { abiVersion } from './abi-rules';
import { exportProblems, exportWarnings } from './export-rules';
import { type AbiVersion, type HostProfile } from './host-profile';
import { importProblems } from './import-rules';
import { type WasmModule } from './module';
import { type Problem } from './problem';

/** Whether a gateway loads a module, and everything that speaks against it. */
export interface Verdict {
  readonly accepted: boolean;
  /** The ABI version that the gateway takes the module for; absent when it recognizes none. */
  readonly abi?: AbiVersion;
  /** Each of these keeps the gateway from loading or running the module. */
  readonly problems: readonly Problem[];
  /** The gateway loads the module all the same, but it is hardly what was meant. */
  readonly warnings: readonly Problem[];
}

/** A hostile module could have a million; nobody reads on after these. */
const MAX_PRINTED = 50;
const MAX_LINE = 400;

/**
 * Judges a module by the rules by which a gateway loads it. A gateway stops at the first thing wrong; the
 * verdict has all of them, in the order in which the gateway would meet them.
 */
export function judgeModule(module: WasmModule, profile: HostProfile): Verdict {
  const { abi, problems, warnings } = abiVersion(module, profile);
  const all = [
    ...sizeProblems(module, profile),
    ...problems,
    ...vectorProblems(module),
    ...importProblems(module, profile, abi),
    ...exportProblems(module, profile, abi),
  ];
  return {
    accepted: all.length === 0,
    ...(abi === undefined ? {} : { abi }),
    problems: all,
    warnings: [...warnings, ...exportWarnings(module, profile, abi)],
  };
}

function sizeProblems(module: WasmModule, profile: HostProfile): Problem[] {
  if (module.size <= profile.maxModuleBytes) return [];
  return [
    {
      rule: 'module-size',
      subject: `${module.size} bytes`,
      cause: `gateways cut a downloaded plugin off at 256 MiB; the largest module that fits has ${profile.maxModuleBytes} bytes`,
      remedy: 'Embed less data; fetch large tables at run time.',
    },
  ];
}

/** V8 ends the whole gateway when it describes a function with vectors at the border ("unreachable code"). */
function vectorProblems(module: WasmModule): Problem[] {
  const border = [
    ...module.imports.map((one) => ({ ...one, subject: `${one.module}.${one.name}` })),
    ...module.exports.map((one) => ({ ...one, subject: one.name })),
  ];
  return border
    .filter(({ type }) => [...(type?.params ?? []), ...(type?.results ?? [])].includes('v128'))
    .map(({ subject }) => ({
      rule: 'vector-type',
      subject,
      hostSays: 'unreachable code',
      cause: 'a function at the border of the module takes or gives v128: that crashes the gateway',
      remedy: 'Pass vectors through memory; Go functions never take or give v128.',
    }));
}

/**
 * A verdict as one block of text for a person: a line with the outcome and the counts, then for each problem
 * what it is, what the gateway logs and what to do. Names from the module are made printable.
 * @param file names the module
 */
export function formatVerdict(verdict: Verdict, file: string, profile: HostProfile): string {
  const { problems, warnings } = verdict;
  const counts = [
    ...(problems.length > 0 ? [counted(problems.length, 'problem')] : []),
    ...(warnings.length > 0 ? [counted(warnings.length, 'warning')] : []),
  ].join(', ');
  const abi = verdict.abi === undefined ? '' : ` as ABI ${verdict.abi}`;
  const outcome = verdict.accepted
    ? `${profile.title} loads this module${abi}`
    : `${profile.title} does not load this module`;
  return [
    `${file}: ${outcome}${counts === '' ? '' : ` (${counts})`}`,
    ...listed('problem', problems),
    ...listed('warning', warnings),
  ]
    .map(printable)
    .join('\n');
}

function listed(kind: 'problem' | 'warning', entries: readonly Problem[]): string[] {
  const lines = entries
    .slice(0, MAX_PRINTED)
    .flatMap(({ rule, subject, hostSays, cause, remedy }) => [
      `  ${kind} ${rule}: ${subject}: ${cause}`,
      ...(hostSays === undefined ? [] : [`    gateway log: ${hostSays}`]),
      `    ${remedy}`,
    ]);
  const left = entries.length - MAX_PRINTED;
  return left > 0 ? [...lines, `  and ${counted(left, kind)} more`] : lines;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** One line whatever names say: escaped, and cut when it is too long to be read. */
function printable(line: string): string {
  const escaped = escapeControls(line.replaceAll('\n', '\\n').replaceAll('\t', '\\t'));
  return escaped.length <= MAX_LINE ? escaped : `${escaped.slice(0, MAX_LINE)}…`;
}
