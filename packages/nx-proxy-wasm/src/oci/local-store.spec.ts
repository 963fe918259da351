import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { localStore } from './local-store';
import { publish } from './publish';
import { failure } from './testing/failure';
import { sampleArtifact } from './testing/sample-artifact';

const REPOSITORY = 'plugins/basic-auth';

let dir: string;
let root: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'local-store-'));
  root = join(dir, 'registry');
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

/** A process that pushes the layout under every tag, one after another. */
function pusher(layoutDir: string, digest: string, tags: readonly string[]): ChildProcess {
  const program = join(__dirname, 'testing', 'push-tags.ts');
  return spawn(
    process.execPath,
    ['-r', '@swc-node/register', program, root, REPOSITORY, layoutDir, digest, ...tags],
    { cwd: __dirname, stdio: ['ignore', 'pipe', 'inherit'] },
  );
}

describe('localStore', () => {
  it('publishes, finds the same content again, and refuses other content under a version', async () => {
    const first = await sampleArtifact(dir, 'first');
    const second = await sampleArtifact(dir, 'second');
    const store = localStore(root, REPOSITORY);
    const request = { tag: '1.0.0', movable: false };

    const result = await publish(store, { ...first, ...request });
    expect(result).toMatchObject({
      outcome: 'published',
      reference: `${join(root, 'plugins', 'basic-auth')}:1.0.0`,
    });
    expect((await publish(store, { ...first, ...request })).outcome).toBe('identical');
    const error = await failure(publish(store, { ...second, ...request }));
    expect(error.errorClass).toBe('conflict');
    expect(await store.resolve('1.0.0')).toBe(result.digest);
  });

  it('moves a movable tag and keeps the others', async () => {
    const first = await sampleArtifact(dir, 'first');
    const second = await sampleArtifact(dir, 'second');
    const store = localStore(root, REPOSITORY);
    await publish(store, { ...first, tag: 'dev', movable: true });
    await publish(store, { ...first, tag: '1.0.0', movable: false });
    expect((await publish(store, { ...second, tag: 'dev', movable: true })).outcome).toBe('moved');
    expect(await store.resolve('dev')).toBe(second.artifact.manifest.descriptor.digest);
    expect(await store.resolve('1.0.0')).toBe(first.artifact.manifest.descriptor.digest);
  });

  it('has no tags before the first push, and nothing is made by asking', async () => {
    expect(await localStore(root, REPOSITORY).resolve('1.0.0')).toBeUndefined();
    await expect(readdir(root)).rejects.toThrow('ENOENT');
  });

  it.each([
    ['no JSON', 'index.json', '{"schemaVersion": 2, "manif'],
    ['JSON of something else', 'index.json', '{"schemaVersion":2}'],
    ['another layout version', 'oci-layout', '{"imageLayoutVersion":"7"}'],
  ])('never takes a store with %s for an empty one', async (_name, file, content) => {
    const first = await sampleArtifact(dir, 'first');
    const store = localStore(root, REPOSITORY);
    await publish(store, { ...first, tag: '1.0.0', movable: false });
    await writeFile(join(root, REPOSITORY, file), content);

    for (const action of [
      () => store.resolve('1.0.0'),
      () => store.push(first.layoutDir, first.artifact.manifest.descriptor.digest, '2.0.0'),
    ]) {
      const error = await failure(action());
      expect(error.message).toContain(file);
      expect(error.remedy).toContain(`Remove ${join(root, REPOSITORY)}`);
    }
    expect(await readFile(join(root, REPOSITORY, file), 'utf8')).toBe(content);
  });

  it('refuses a blob that was changed on disk', async () => {
    const first = await sampleArtifact(dir, 'first');
    const store = localStore(root, REPOSITORY);
    const { digest } = await publish(store, { ...first, tag: '1.0.0', movable: false });
    const layer = first.artifact.layers.at(-1)!;
    const file = join(root, REPOSITORY, 'blobs', ...layer.descriptor.digest.split(':'));
    const bytes = await readFile(file);
    bytes[bytes.length - 20]! ^= 1;
    await writeFile(file, bytes);
    expect((await failure(store.pull(digest))).errorClass).toBe('verification-failed');
  });

  it.each(['../escape', '/absolute', 'Upper/Case', '.lock', 'a/../b', ''])(
    'refuses the repository name %j',
    (name) => {
      expect(() => localStore(root, name)).toThrow('repository');
    },
  );

  it('refuses a tag that is no tag', async () => {
    const first = await sampleArtifact(dir, 'first');
    const store = localStore(root, REPOSITORY);
    const push = store.push(
      first.layoutDir,
      first.artifact.manifest.descriptor.digest,
      '1.0.0+build',
    );
    expect((await failure(push)).errorClass).toBe('bad-input');
  });

  it('loses no tag of eight processes that write at once', async () => {
    const { layoutDir, artifact } = await sampleArtifact(dir, 'first');
    const { digest } = artifact.manifest.descriptor;
    const tags = Array.from({ length: 8 }, (_, writer) => [
      `1.0.${writer}`,
      `2.0.${writer}`,
      `3.0.${writer}`,
    ]);
    const writers = tags.map((own) => pusher(layoutDir, digest, own));
    const codes = await Promise.all(
      writers.map(async (writer) => {
        const [code] = (await once(writer, 'exit')) as [number | null];
        return code;
      }),
    );
    expect(codes).toEqual(tags.map(() => 0));
    const store = localStore(root, REPOSITORY);
    for (const tag of tags.flat()) expect(await store.resolve(tag)).toBe(digest);
  });

  it('stays readable and writable after a writer was killed in the middle', async () => {
    const { layoutDir, artifact } = await sampleArtifact(dir, 'first');
    const { digest } = artifact.manifest.descriptor;
    const store = localStore(root, REPOSITORY);
    const tags = Array.from({ length: 500 }, (_, at) => `1.0.${at}`);
    const writer = pusher(layoutDir, digest, tags);
    const exited = once(writer, 'exit');
    // Killed at work: it has told of some tags and has many to go.
    await once(writer.stdout!, 'data');
    writer.kill('SIGKILL');
    expect((await exited)[1]).toBe('SIGKILL');

    const written: string[] = [];
    for (const tag of tags) if ((await store.resolve(tag)) !== undefined) written.push(tag);
    expect(written.length).toBeGreaterThan(0);
    expect(written.length).toBeLessThan(tags.length);
    expect(written).toEqual(tags.slice(0, written.length));
    await store.pull(digest);

    await abandonLock();
    await store.push(layoutDir, digest, 'afterwards');
    expect(await store.resolve('afterwards')).toBe(digest);
    expect(await store.resolve('1.0.0')).toBe(digest);
  });

  it('waits for a lock that is held, and takes over one that was left behind', async () => {
    const { layoutDir, artifact } = await sampleArtifact(dir, 'first');
    const { digest } = artifact.manifest.descriptor;
    const store = localStore(root, REPOSITORY);
    await mkdir(join(root, REPOSITORY, '.lock'), { recursive: true });
    let done = false;
    const push = store.push(layoutDir, digest, '1.0.0').then(() => {
      done = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(done).toBe(false);
    await abandonLock();
    await push;
    expect(await store.resolve('1.0.0')).toBe(digest);
  });

  /** Makes the lock look as it does some time after its holder died, so that no test has to wait. */
  async function abandonLock(): Promise<void> {
    const lock = join(root, REPOSITORY, '.lock');
    await mkdir(lock, { recursive: true });
    await utimes(lock, new Date(0), new Date(0));
  }
});
