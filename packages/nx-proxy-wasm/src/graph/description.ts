import { parsePluginSpec } from '../oci/plugin-spec';
import { ProxyWasmError } from '../errors';

/** Long enough for a sentence or two in `nx show project`. */
const MAX_LENGTH = 200;

/**
 * One line that says what a plugin is: `info.description` or `info.title` of spec.yaml, else the first
 * paragraph of README.md, else its heading.
 *
 * A spec.yaml that is not YAML is no reason to fail the project graph: packing says what is wrong with it.
 */
export function describePlugin(
  spec: string | undefined,
  readme: string | undefined,
): string | undefined {
  return fromSpec(spec) ?? (readme === undefined ? undefined : fromReadme(readme));
}

function fromSpec(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  try {
    const { description, title } = parsePluginSpec(text, 'spec.yaml');
    return shorten(description ?? title);
  } catch (error) {
    if (error instanceof ProxyWasmError) return undefined;
    throw error;
  }
}

function fromReadme(text: string): string | undefined {
  const body = text.replace(/^---\n.*?\n---\n/s, '');
  const blocks = body.split(/\n\s*\n/).map((block) => block.trim());
  const paragraph = blocks.find((block) => /^[\p{L}\p{N}`*"']/u.test(block));
  const heading = blocks.find((block) => block.startsWith('#'))?.split('\n')[0];
  return shorten(paragraph ?? heading?.replace(/^#+\s*/, ''));
}

function shorten(text: string | undefined): string | undefined {
  const line = text?.replace(/\s+/g, ' ').trim() ?? '';
  if (line === '') return undefined;
  return line.length <= MAX_LENGTH ? line : `${line.slice(0, MAX_LENGTH - 1)}…`;
}
