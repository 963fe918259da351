import { parseDocument } from 'yaml';
import { ProxyWasmError } from '../errors';

/** What this package reads of a plugin's spec.yaml; the rest is the console's business. */
export interface PluginSpec {
  readonly title?: string;
  readonly description?: string;
  readonly version?: string;
}

/** Far above any real spec.yaml; a larger file is not parsed. */
const MAX_LENGTH = 1_000_000;

/**
 * Reads `info.title`, `info.description` and `info.version`. Unknown keys are the rule in the field and
 * are left alone; a value of another type than text counts as absent, except that a version written
 * without quotes (`version: 1.0`) is taken as it is spelled.
 *
 * @param file names the document in errors
 * @throws ProxyWasmError `bad-input` when the text is not YAML
 * @see https://higress.cn/en/docs/latest/user/wasm-image-spec/
 */
export function parsePluginSpec(text: string, file: string): PluginSpec {
  if (text.length > MAX_LENGTH) throw invalid('larger than 1 MB', file);
  const document = parseDocument(text, { logLevel: 'silent' });
  const [error] = document.errors;
  if (error !== undefined) {
    const position = error.linePos?.[0];
    const where = position === undefined ? file : `${file}:${position.line}:${position.col}`;
    throw invalid(`not valid YAML: ${error.message.split('\n')[0] ?? ''}`, where);
  }
  return Object.fromEntries(
    (['title', 'description', 'version'] as const)
      .map((key) => [key, scalarText(document.getIn(['info', key], true))] as const)
      .filter(([, value]) => value !== undefined && value !== ''),
  );
}

/** The source spelling of a scalar node, so that `1.10` does not become the number 1.1. */
function scalarText(node: unknown): string | undefined {
  if (typeof node !== 'object' || node === null || !('value' in node)) return undefined;
  if (typeof node.value === 'string') return node.value.trim();
  const spelled = 'source' in node && typeof node.source === 'string' ? node.source : undefined;
  return typeof node.value === 'number' ? spelled : undefined;
}

function invalid(reason: string, subject: string): ProxyWasmError {
  return new ProxyWasmError('bad-input', reason, {
    subject,
    remedy: 'Correct the file; info.version is what the console shows and looks for.',
  });
}
