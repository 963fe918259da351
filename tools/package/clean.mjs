import { rm } from 'node:fs/promises';

// Removes a build directory, so that the package holds no file whose source is gone.
const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error('usage: node clean.mjs <directory>');
await rm(directory, { recursive: true, force: true });
