import { localStore } from '../local-store';

/** Pushes one artifact into a local store under tag after tag; says each when it is done. */
async function main(): Promise<void> {
  const [root = '', repository = '', layoutDir = '', digest = '', ...tags] = process.argv.slice(2);
  const store = localStore(root, repository);
  for (const tag of tags) {
    await store.push(layoutDir, digest, tag);
    process.stdout.write(`${tag}\n`);
  }
}

void main();
