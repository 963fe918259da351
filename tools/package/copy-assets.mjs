import fastGlob from 'fast-glob';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';

// Puts beside the compiled sources what the published package also needs: manifests, schemas, documents.
const [from, to] = process.argv.slice(2);
if (from === undefined || to === undefined)
  throw new Error('usage: node copy-assets.mjs <from> <to>');
const assets = await fastGlob(
  [
    'package.json',
    '{executors,generators,migrations}.json',
    'README.md',
    'docs/**/*.md',
    'src/**/schema.json',
  ],
  { cwd: from },
);
await Promise.all(assets.map((asset) => cp(join(from, asset), join(to, asset))));
await Promise.all(['LICENSE', 'CHANGELOG.md'].map((file) => cp(file, join(to, file))));
