import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../process';
import { type Artifact } from './artifact';
import {
  addBlobs,
  readArtifact,
  readIndex,
  readLayout,
  writeFreshLayout,
  writeIndex,
} from './layout';
import { packArtifact } from './shapes';

let root: string;
let dir: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'layout-spec-'));
  dir = join(root, 'dist', 'layout');
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

async function pack(text: string): Promise<Artifact> {
  const wasm = Buffer.concat([Buffer.from('\0asm\x01\0\0\0', 'latin1'), Buffer.from(text)]);
  const readme = { name: 'README.md', mediaType: 'text/markdown', bytes: Buffer.from('# Plugin') };
  return await packArtifact('higress', wasm, [readme]);
}

function bytesOf({ manifest, config, layers }: Artifact): string[] {
  return [manifest, config, ...layers].map(({ bytes }) => Buffer.from(bytes).toString('base64'));
}

async function files(): Promise<string[]> {
  return (await readdir(dir, { recursive: true })).sort();
}

function blobFile(digest: string): string {
  return join(dir, 'blobs', 'sha256', digest.replace('sha256:', ''));
}

describe('writeFreshLayout', () => {
  it('writes a layout that reads back as the same artifact', async () => {
    const artifact = await pack('one');
    await writeFreshLayout(dir, artifact);
    const read = await readLayout(dir);
    expect(read.digest).toBe(artifact.manifest.descriptor.digest);
    expect(bytesOf(read.artifact)).toEqual(bytesOf(artifact));
    expect(read.artifact.layers.map(({ descriptor }) => descriptor)).toEqual(
      artifact.layers.map(({ descriptor }) => descriptor),
    );
  });

  it('writes these files and no others', async () => {
    const artifact = await pack('one');
    await writeFreshLayout(dir, artifact);
    const blobs = [artifact.manifest, artifact.config, ...artifact.layers].map(({ descriptor }) =>
      descriptor.digest.replace('sha256:', 'blobs/sha256/'),
    );
    expect(await files()).toEqual(
      ['blobs', 'blobs/sha256', 'index.json', 'oci-layout', ...blobs].sort(),
    );
    const { digest, size } = artifact.manifest.descriptor;
    expect(await readFile(join(dir, 'index.json'), 'utf8')).toBe(
      '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":' +
        `[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"${digest}","size":${size}}]}`,
    );
    expect(await readFile(join(dir, 'oci-layout'), 'utf8')).toBe('{"imageLayoutVersion":"1.0.0"}');
    expect(await readdir(join(root, 'dist'))).toEqual(['layout']);
  });

  it('replaces what an earlier run wrote', async () => {
    await writeFreshLayout(dir, await pack('one'));
    await writeFreshLayout(dir, await pack('two'));
    expect(bytesOf((await readLayout(dir)).artifact)).toEqual(bytesOf(await pack('two')));
    expect(await files()).toHaveLength(8);
    expect(await readdir(join(root, 'dist'))).toEqual(['layout']);
  });

  it('replaces an empty directory, a half-written layout and a link to a layout', async () => {
    await mkdir(dir, { recursive: true });
    await writeFreshLayout(dir, await pack('one'));
    await rm(join(dir, 'index.json'));
    await writeFreshLayout(dir, await pack('two'));
    const link = join(root, 'link');
    await symlink(dir, link);
    await writeFreshLayout(link, await pack('three'));
    expect(bytesOf((await readLayout(link)).artifact)).toEqual(bytesOf(await pack('three')));
    expect(bytesOf((await readLayout(dir)).artifact)).toEqual(bytesOf(await pack('two')));
  });

  it('touches no directory that holds something else', async () => {
    await mkdir(dir, { recursive: true });
    await writeFile(join(dir, 'thesis.txt'), 'ten years of work');
    await writeFile(join(dir, 'index.json'), '{}');
    await expect(writeFreshLayout(dir, await pack('one'))).rejects.toMatchObject({
      errorClass: 'bad-input',
      message: expect.stringMatching(/no OCI image layout: it holds thesis\.txt/) as unknown,
    });
    expect(await files()).toEqual(['index.json', 'thesis.txt']);
  });

  it.each([
    ['a file in its place', () => dir],
    ['a file in the place of its parent', () => join(dir, 'deeper')],
  ])('refuses %s', async (_, target) => {
    await mkdir(join(root, 'dist'));
    await writeFile(dir, 'a file');
    await expect(writeFreshLayout(target(), await pack('one'))).rejects.toMatchObject({
      errorClass: 'bad-input',
    });
    expect(await readFile(dir, 'utf8')).toBe('a file');
  });

  it('removes what a killed run left, and leaves the work of living ones alone', async () => {
    const killed = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const alive = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    try {
      killed.kill('SIGKILL');
      await once(killed, 'exit');
      const parent = join(root, 'dist');
      const leftover = join(parent, `.layout.tmp-${killed.pid!}-0123456789ab`);
      const others = [
        `.layout.tmp-${alive.pid!}-0123456789ab`,
        `.other.tmp-${killed.pid!}-0123456789ab`,
        `.layout.tmp-${killed.pid!}-notes`,
      ];
      await mkdir(join(leftover, 'blobs'), { recursive: true });
      for (const name of others) await mkdir(join(parent, name));
      await writeFreshLayout(dir, await pack('one'));
      expect(await readdir(parent)).toEqual([...others, 'layout'].sort());
    } finally {
      alive.kill('SIGKILL');
    }
  });

  it('lets many writers of one directory at once end with one whole layout', async () => {
    const artifacts = await Promise.all(Array.from({ length: 8 }, (_, n) => pack(`number ${n}`)));
    await Promise.all(artifacts.map((artifact) => writeFreshLayout(dir, artifact)));
    const { digest } = await readLayout(dir);
    expect(artifacts.map(({ manifest }) => manifest.descriptor.digest)).toContain(digest);
    expect(await readdir(join(root, 'dist'))).toEqual(['layout']);
  });
});

describe('readLayout', () => {
  let artifact: Artifact;

  beforeEach(async () => {
    artifact = await pack('one');
    await writeFreshLayout(dir, artifact);
  });

  const INDEX = 'index.json';
  const entry = (over: object) =>
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...artifact.manifest.descriptor, ...over }] });
  const layer = () => blobFile(artifact.layers[1]!.descriptor.digest);

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['no directory', () => rm(dir, { recursive: true }), /there is no OCI image layout/],
    ['no index', () => rm(join(dir, INDEX)), /there is no OCI image layout/],
    ['no marker', () => rm(join(dir, 'oci-layout')), /oci-layout: is missing/],
    [
      'another layout version',
      () => writeFile(join(dir, 'oci-layout'), '{"imageLayoutVersion":"9"}'),
      /version 1\.0\.0/,
    ],
    ['half an index', () => truncate(join(dir, INDEX), 40), /not readable as JSON/],
    ['an empty index', () => truncate(join(dir, INDEX), 0), /not readable as JSON/],
    [
      'a manifest instead of an index',
      () => writeFile(join(dir, INDEX), artifact.manifest.bytes),
      /not an OCI image index/,
    ],
    [
      'an index of nothing',
      () => writeFile(join(dir, INDEX), '{"schemaVersion":2,"manifests":[]}'),
      /names 0 manifests/,
    ],
    [
      'an entry without digest',
      () => writeFile(join(dir, INDEX), entry({ digest: 1 })),
      /manifests\[0\] has no sha256/,
    ],
    [
      'an entry that leads elsewhere',
      () => writeFile(join(dir, INDEX), entry({ digest: 'sha256:../../index.json' })),
      /no sha256/,
    ],
    [
      'a manifest beyond all measure',
      () => writeFile(join(dir, INDEX), entry({ size: 2 ** 40 })),
      /more than registries take/,
    ],
    ['no manifest', () => rm(blobFile(artifact.manifest.descriptor.digest)), /is missing/],
    ['no config', () => rm(blobFile(artifact.config.descriptor.digest)), /is missing/],
    ['no layer', () => rm(layer()), /is missing/],
    ['half a layer', () => truncate(layer(), 10), /has 10 bytes where its descriptor says/],
    ['an empty layer', () => truncate(layer(), 0), /has 0 bytes where/],
    [
      'a flipped byte in a layer',
      async () => {
        const bytes = await readFile(layer());
        bytes[20]! ^= 1;
        await writeFile(layer(), bytes);
      },
      /has other content/,
    ],
    [
      'a directory for a layer',
      async () => {
        await rm(layer());
        await mkdir(layer());
      },
      /is not a file/,
    ],
    [
      'a pipe for a layer',
      async () => {
        await rm(layer());
        await run('mkfifo', [layer()], { cwd: dir, env: { PATH: process.env['PATH'] } });
      },
      /is not a file/,
    ],
    [
      'a layer beyond all measure',
      () => truncate(layer(), 3 * 1024 ** 3),
      /more than the 536870912 allowed/,
    ],
    [
      'a file for the directory',
      async () => {
        await rm(dir, { recursive: true });
        await writeFile(dir, 'x');
      },
      /cannot be read/,
    ],
  ])('refuses %s', async (_, damage, message) => {
    await damage();
    await expect(readLayout(dir)).rejects.toMatchObject({
      errorClass: 'verification-failed',
      subject: expect.stringContaining(dir) as unknown,
      message: expect.stringMatching(message) as unknown,
      remedy: expect.stringMatching(/./) as unknown,
    });
  });

  it('refuses a layout of several manifests', async () => {
    const second = await pack('two');
    await addBlobs(dir, second);
    await writeIndex(dir, {
      manifests: [artifact.manifest.descriptor, second.manifest.descriptor],
    });
    await expect(readLayout(dir)).rejects.toThrow(/names 2 manifests/);
  });
});

describe('a layout of many tags', () => {
  const tagged = ({ manifest }: Artifact, tag: string) => ({
    ...manifest.descriptor,
    annotations: { 'org.opencontainers.image.ref.name': tag },
  });

  it('has no index before one is written', async () => {
    expect(await readIndex(dir)).toBeUndefined();
    await addBlobs(dir, await pack('one'));
    expect(await readIndex(dir)).toBeUndefined();
  });

  it('reads back every tag and its artifact', async () => {
    const [one, two] = [await pack('one'), await pack('two')];
    await addBlobs(dir, one);
    await addBlobs(dir, two);
    const index = {
      manifests: [tagged(one, '1.0.0'), tagged(two, '2.0.0'), tagged(two, 'latest')],
    };
    await writeIndex(dir, index);
    expect(await readIndex(dir)).toEqual(index);
    expect(bytesOf(await readArtifact(dir, index.manifests[2]!))).toEqual(bytesOf(two));
    expect(bytesOf(await readArtifact(dir, index.manifests[0]!))).toEqual(bytesOf(one));
  });

  it('keeps blobs that are there and right, and replaces damaged ones', async () => {
    const artifact = await pack('one');
    await addBlobs(dir, artifact);
    const [readme, module] = artifact.layers.map(({ descriptor }) => blobFile(descriptor.digest));
    await truncate(module!, 5);
    const before = await stat(readme!, { bigint: true });
    await addBlobs(dir, artifact);
    expect((await stat(readme!, { bigint: true })).ino).toBe(before.ino);
    expect((await stat(readme!, { bigint: true })).mtimeNs).toBe(before.mtimeNs);
    expect(bytesOf(await readArtifact(dir, artifact.manifest.descriptor))).toEqual(
      bytesOf(artifact),
    );
  });

  it('removes the temporary files of killed runs', async () => {
    const artifact = await pack('one');
    await addBlobs(dir, artifact);
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    const suffix = `tmp-${child.pid!}-0123456789ab`;
    await writeFile(join(dir, 'blobs', 'sha256', `.abc.${suffix}`), 'x');
    await writeFile(join(dir, `.index.json.${suffix}`), 'x');
    await addBlobs(dir, artifact);
    await writeIndex(dir, { manifests: [] });
    expect((await files()).filter((name) => name.includes('tmp-'))).toEqual([]);
  });

  it('says what stands in the way of writing', async () => {
    await mkdir(join(root, 'dist'));
    await writeFile(dir, 'a file');
    const artifact = await pack('one');
    for (const writing of [addBlobs(dir, artifact), writeIndex(dir, { manifests: [] })]) {
      await expect(writing).rejects.toMatchObject({
        errorClass: 'bad-input',
        message: expect.stringContaining('cannot be written') as unknown,
      });
    }
  });
});
