import fastGlob from 'fast-glob';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT_CODES } from '../packages/nx-proxy-wasm/src/errors';
import { normalizeOptions } from '../packages/nx-proxy-wasm/src/graph/options';
import { REPOSITORY } from './testing/workspace';

const documents = fastGlob.sync(['*.md', 'packages/**/*.md', 'plugins/*.md', 'tools/**/*.md'], {
  cwd: REPOSITORY,
  ignore: ['**/node_modules/**', '**/fixtures/**', 'dist/**'],
});
const read = (file: string) => readFileSync(join(REPOSITORY, file), 'utf8');

/** The first cells of the rows of the table that follows a heading or line of text. */
function firstCells(text: string, after: string): string[] {
  const rows = text.slice(text.indexOf(after)).split('\n');
  const start = rows.findIndex((row) => row.startsWith('| -'));
  const end = rows.findIndex((row, at) => at > start && !row.startsWith('|'));
  return rows.slice(start + 1, end).map((row) => row.split('|')[1]!.trim());
}

describe.each(documents)('%s', (document) => {
  const text = read(document);

  it('links to files that exist', () => {
    const links = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map((match) => match[1]!);
    const missing = links.filter(
      (link) => !existsSync(join(REPOSITORY, dirname(document), decodeURI(link))),
    );
    expect(missing).toEqual([]);
  });

  it('holds JSON examples that are JSON', () => {
    for (const [, example] of text.matchAll(/```json\n(.*?)```/gs)) {
      expect(() => JSON.parse(example!) as unknown, example).not.toThrow();
    }
  });
});

describe('what the documents list', () => {
  const exitCodes = [0, ...Object.values(EXIT_CODES)].sort().map(String);
  it.each([
    ['README.md', '## Exit codes'],
    ['packages/nx-proxy-wasm/docs/publish-oci.md', '| exit code'],
  ])('are all exit codes, in %s', (document, after) => {
    expect(firstCells(read(document), after)).toEqual(exitCodes);
  });

  it.each([
    ['README.md', '## Configuration'],
    ['packages/nx-proxy-wasm/docs/options.md', '| option'],
  ])('are all plugin options, in %s', (document, after) => {
    const listed = firstCells(read(document), after)
      .flatMap((cell) => cell.split(','))
      .map((name) => name.replaceAll('`', '').trim());
    const known = [...Object.keys(normalizeOptions({})), 'registry'];
    expect(listed.sort()).toEqual(known.sort());
  });

  it('are all defaults of the plugin options that are short enough', () => {
    const page = read('packages/nx-proxy-wasm/docs/options.md');
    const defaults = Object.entries(normalizeOptions({})).filter(([name]) => name !== 'sdkImports');
    for (const [option, raw] of defaults) {
      const value = typeof raw === 'string' ? raw : JSON.stringify(raw);
      expect(page).toMatch(
        new RegExp(`\\| \`${option}\` +\\| \`${value.replace(/[{}[\]*/]/g, '\\$&')}\` `),
      );
    }
  });

  it('are all targets, in the README', () => {
    const cells = firstCells(read('README.md'), 'Each gets four targets');
    expect(cells.map((cell) => /`(.+)`/.exec(cell)?.[1])).toEqual([
      'build-wasm',
      'test',
      'pack-oci',
      'publish-oci',
    ]);
  });
});
