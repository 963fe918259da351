import { ProxyWasmError } from './errors';
import { nearestName } from './nearest-name';

/** What an option may hold: a type, or one of the listed words. */
export type OptionKind = 'text' | 'list' | 'flag' | 'positive number' | readonly string[];

/** The kinds of all members of an options type, so that type and check cannot drift apart. */
export type OptionKinds<Options> = Readonly<Record<keyof Required<Options>, OptionKind>>;

/**
 * What editors are told of the types stands in `allOf` of each schema.json, where Nx does not look: Nx checks
 * a task's options before it loads a batch executor, and what it finds ends the batch without a message.
 */

/** How each kind reads in a message, with an example that is right. */
const WORDS: Readonly<Record<string, { readonly be: string; readonly example: string }>> = {
  text: { be: 'a non-empty text', example: '"…"' },
  list: { be: 'a list of texts', example: '["…"]' },
  flag: { be: 'true or false', example: 'true' },
  'positive number': { be: 'a number above 0', example: '60' },
};

/**
 * Checks options as a user wrote them: every one known, every value of its kind. On the command line
 * everything but a plain number is text, so `--dryRun=false` and `--timeout=60` are read as what they say.
 *
 * @param raw from nx.json, project.json or the command line
 * @param subject what the options belong to, for the message
 * @returns the options, now known to fit; members that are undefined are left out
 * @throws ProxyWasmError `bad-input` that names the option and what is right
 */
export function checkOptions<Options extends object>(
  raw: unknown,
  kinds: OptionKinds<Options>,
  subject: string,
): Partial<Options> {
  if (raw === undefined || raw === null) return {};
  if (typeof raw !== 'object' || Array.isArray(raw)) {
    throw new ProxyWasmError('bad-input', 'options must be an object', {
      subject,
      remedy: 'Write { … }.',
    });
  }
  const given = Object.entries(raw).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    given.map(([option, value]) => [option, readOption(option, value, kinds, subject)]),
  ) as Partial<Options>;
}

function readOption(
  option: string,
  written: unknown,
  kinds: Readonly<Record<string, OptionKind>>,
  subject: string,
): unknown {
  if (option === '_') {
    throw new ProxyWasmError('bad-input', `"${String(written)}" belongs to no option`, {
      subject,
      remedy: 'Write options as --name=value.',
    });
  }
  const kind = Object.hasOwn(kinds, option) ? kinds[option] : undefined;
  if (kind === undefined) {
    const nearest = nearestName(option, Object.keys(kinds));
    throw new ProxyWasmError('bad-input', `unknown option "${option}"`, {
      subject,
      remedy:
        nearest === undefined
          ? `Known options: ${Object.keys(kinds).join(', ')}.`
          : `Did you mean "${nearest}"?`,
    });
  }
  const value = convert(written, kind);
  if (isOfKind(value, kind)) return value;
  if (typeof kind === 'string') {
    const numeric = kind === 'text' && typeof value === 'number';
    throw new ProxyWasmError('bad-input', `option "${option}" must be ${WORDS[kind]?.be ?? kind}`, {
      subject,
      remedy: numeric
        ? `Nx took it for the number ${value}: write it in full, such as --${option}=1.0.0.`
        : `For example "${option}": ${WORDS[kind]?.example ?? ''}.`,
    });
  }
  const nearest = typeof value === 'string' ? nearestName(value, kind) : undefined;
  throw new ProxyWasmError(
    'bad-input',
    `option "${option}" must be one of ${kind.join(', ')}, not ${JSON.stringify(value)}`,
    { subject, ...(nearest === undefined ? {} : { remedy: `Did you mean "${nearest}"?` }) },
  );
}

/** Text from the command line as the value that it spells. */
function convert(written: unknown, kind: OptionKind): unknown {
  if (typeof written !== 'string') return written;
  if (kind === 'flag' && /^(?:true|false)$/.test(written)) return written === 'true';
  if (kind === 'positive number' && /^\d+(?:\.\d+)?$/.test(written)) return Number(written);
  return written;
}

function isOfKind(value: unknown, kind: OptionKind): boolean {
  switch (kind) {
    case 'text':
      return isText(value);
    case 'list':
      return Array.isArray(value) && value.every(isText);
    case 'flag':
      return typeof value === 'boolean';
    case 'positive number':
      return typeof value === 'number' && value > 0 && Number.isFinite(value);
    default:
      return typeof value === 'string' && kind.includes(value);
  }
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value.trim() !== '';
}
