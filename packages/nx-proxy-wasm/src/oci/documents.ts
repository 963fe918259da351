import { isUtf8 } from 'node:buffer';
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { describeError, ProxyWasmError } from '../errors';
import { PLUGIN_ICON, PLUGIN_README, PLUGIN_SPEC, translatedReadme } from './media-types';

/** A file that travels with the module and describes it. */
export interface PluginDocument {
  /** File name without directory; it becomes the title of the layer. */
  readonly name: string;
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  'spec.yaml': PLUGIN_SPEC,
  'README.md': PLUGIN_README,
  'icon.png': PLUGIN_ICON,
};

// A two-letter language, or country as in README_CN.md, with an optional region: EN, zh-CN, pt_BR.
// README_dev.md and README_cmd.md are other documents.
const TRANSLATED_README = /^README_([A-Za-z]{2}(?:[-_][A-Za-z]{2})?)\.md$/;

const REQUIRED: Readonly<Record<string, string>> = {
  'spec.yaml': 'add one with info.name, info.version and the schema of the configuration',
  'README.md': 'add one that tells users what the plugin does and how to configure it',
};

// Text and an icon. More would be a mistake, and every gateway pulls it.
const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;

/**
 * Collects the files of a plugin directory that the Higress "Wasm plugin image spec" knows: `spec.yaml`,
 * `README.md`, `README_{language}.md`, `icon.png`. A file that is empty (some registries refuse empty blobs) or
 * whose language is there already is left out with a warning; missing required files are a warning too.
 *
 * @returns documents in a fixed order, whatever the file system's is, and warnings for a person to read
 * @throws ProxyWasmError `bad-input` for a document that is no readable file of at most 4 MiB, or a link that
 *   leads out of the plugin directory
 * @see https://higress.ai/en/docs/latest/user/wasm-image-spec/
 */
export async function collectDocuments(pluginDir: string): Promise<{
  readonly documents: readonly PluginDocument[];
  readonly warnings: readonly string[];
}> {
  const documents: PluginDocument[] = [];
  const warnings: string[] = [];
  // By name: of README_EN.md and README_en.md the upper-case one is taken, on every system.
  const names = (await reading(pluginDir, () => readdir(pluginDir))).sort();
  for (const name of names) {
    const mediaType = mediaTypeOf(name);
    if (mediaType === undefined) continue;
    const file = join(pluginDir, name);
    const twin = documents.find((document) => document.mediaType === mediaType);
    if (twin !== undefined) {
      warnings.push(`${file}: left out, because ${twin.name} is in the same language; remove one`);
      continue;
    }
    const bytes = await readDocument(pluginDir, file);
    if (bytes.byteLength === 0) {
      warnings.push(`${file}: left out, because it is empty`);
      continue;
    }
    if (mediaType !== PLUGIN_ICON && !isUtf8(bytes)) {
      warnings.push(`${file}: not UTF-8, so readers will not see the text that was meant`);
    }
    documents.push({ name, mediaType, bytes });
  }
  for (const [name, advice] of Object.entries(REQUIRED)) {
    if (!names.includes(name)) {
      warnings.push(`${join(pluginDir, name)}: missing; ${advice}`);
    }
  }
  return { documents: documents.sort(compareDocuments), warnings };
}

/** The order of documents in an artifact: spec.yaml, README.md, its translations by language, icon.png. */
export function compareDocuments(a: PluginDocument, b: PluginDocument): number {
  const rank = ({ mediaType }: PluginDocument) => {
    const at = [PLUGIN_SPEC, PLUGIN_README].indexOf(mediaType);
    return at !== -1 ? at : mediaType === PLUGIN_ICON ? 3 : 2;
  };
  if (rank(a) !== rank(b)) return rank(a) - rank(b);
  return a.mediaType < b.mediaType ? -1 : a.mediaType > b.mediaType ? 1 : 0;
}

function mediaTypeOf(name: string): string | undefined {
  if (Object.hasOwn(MEDIA_TYPES, name)) return MEDIA_TYPES[name];
  const [, language] = TRANSLATED_README.exec(name) ?? [];
  return language === undefined ? undefined : translatedReadme(language.replace('_', '-'));
}

async function readDocument(pluginDir: string, file: string): Promise<Uint8Array> {
  return await reading(file, async () => {
    const inside = relative(await realpath(pluginDir), await realpath(file));
    if (inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside)) {
      throw new ProxyWasmError('bad-input', 'is a link that leads out of the plugin directory', {
        subject: file,
        remedy: 'Put the file itself into the directory: what is published must be what is there.',
      });
    }
    const info = await stat(file);
    if (!info.isFile()) throw new ProxyWasmError('bad-input', 'is not a file', { subject: file });
    if (info.size > MAX_DOCUMENT_BYTES) {
      throw new ProxyWasmError(
        'bad-input',
        `has ${info.size} bytes, more than the ${MAX_DOCUMENT_BYTES} allowed for a document`,
        { subject: file, remedy: 'Shorten it, or link to what is large.' },
      );
    }
    return await readFile(file);
  });
}

async function reading<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (error instanceof ProxyWasmError) throw error;
    throw new ProxyWasmError('bad-input', `cannot be read: ${describeError(error)}`, {
      subject: path,
      remedy: 'Check that it exists, that links in it lead somewhere, and that you may read it.',
      cause: error,
    });
  }
}
