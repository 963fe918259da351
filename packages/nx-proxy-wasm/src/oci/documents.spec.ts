import { chmod, mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../process';
import { collectDocuments } from './documents';

let root: string;
let dir: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'documents-spec-'));
  dir = join(root, 'plugin');
  await mkdir(dir);
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

async function put(...names: string[]): Promise<void> {
  for (const name of names) await writeFile(join(dir, name), `content of ${name}`);
}

async function collected(): Promise<{ types: [string, string][]; warnings: string[] }> {
  const { documents, warnings } = await collectDocuments(dir);
  return {
    types: documents.map(({ name, mediaType }) => [name, mediaType]),
    warnings: warnings.map((warning) => warning.replace(`${dir}/`, '')),
  };
}

describe('collectDocuments', () => {
  it('takes what the image specification names, in its order, and nothing else', async () => {
    await put(
      'icon.png',
      'README_zh-CN.md',
      'README_EN.md',
      'README.md',
      'spec.yaml',
      'README_cn.md',
    );
    await put('README_dev.md', 'README_cmd.md', 'README_.md', 'README_E1.md', 'README_EN.md.bak');
    await put(
      'main.go',
      'readme.txt',
      'Spec.yaml',
      'icon.svg',
      'plugin.wasm',
      'README-EN.md',
      '__proto__',
    );
    expect(await collected()).toEqual({
      types: [
        ['spec.yaml', 'application/vnd.module.wasm.spec.v1+yaml'],
        ['README.md', 'application/vnd.module.wasm.doc.v1+markdown'],
        ['README_cn.md', 'application/vnd.module.wasm.doc.v1.cn+markdown'],
        ['README_EN.md', 'application/vnd.module.wasm.doc.v1.en+markdown'],
        ['README_zh-CN.md', 'application/vnd.module.wasm.doc.v1.zh-cn+markdown'],
        ['icon.png', 'application/vnd.module.wasm.icon.v1+png'],
      ],
      warnings: [],
    });
    const { documents } = await collectDocuments(dir);
    expect(Buffer.from(documents[1]!.bytes).toString()).toBe('content of README.md');
  });

  it('says what to add when required files are missing', async () => {
    const { types, warnings } = await collected();
    expect(types).toEqual([]);
    expect(warnings).toEqual([
      expect.stringMatching(/^spec\.yaml: missing; add one with info\.name/),
      expect.stringMatching(/^README\.md: missing; add one/),
    ]);
  });

  it('leaves empty files out', async () => {
    await put('README.md');
    await writeFile(join(dir, 'spec.yaml'), '');
    await writeFile(join(dir, 'icon.png'), '');
    const { types, warnings } = await collected();
    expect(types.map(([name]) => name)).toEqual(['README.md']);
    expect(warnings).toEqual([
      'icon.png: left out, because it is empty',
      'spec.yaml: left out, because it is empty',
    ]);
  });

  it('takes one file for a language, always the same', async () => {
    await put(
      'spec.yaml',
      'README.md',
      'README_en.md',
      'README_EN.md',
      'README_pt_BR.md',
      'README_pt-br.md',
    );
    const { types, warnings } = await collected();
    expect(types.map(([name]) => name)).toEqual([
      'spec.yaml',
      'README.md',
      'README_EN.md',
      'README_pt-br.md',
    ]);
    expect(warnings).toEqual([
      'README_en.md: left out, because README_EN.md is in the same language; remove one',
      'README_pt_BR.md: left out, because README_pt-br.md is in the same language; remove one',
    ]);
  });

  it('warns of text in another encoding, and passes an icon as it is', async () => {
    await put('spec.yaml');
    await writeFile(join(dir, 'README.md'), Buffer.from('Gr\xfc\xdfe', 'latin1'));
    await writeFile(join(dir, 'icon.png'), Buffer.from([0x89, 0x50, 0xff]));
    const { types, warnings } = await collected();
    expect(types).toHaveLength(3);
    expect(warnings).toEqual([expect.stringMatching(/^README\.md: not UTF-8/)]);
  });

  it('follows links inside the plugin directory', async () => {
    await put('spec.yaml', 'README_EN.md', '..data');
    await symlink('README_EN.md', join(dir, 'README.md'));
    await symlink('..data', join(dir, 'icon.png'));
    expect((await collected()).types).toHaveLength(4);
  });

  it('is not confused by a plugin directory that is itself reached by a link', async () => {
    await put('spec.yaml', 'README.md');
    await symlink('plugin', join(root, 'link'));
    expect((await collectDocuments(join(root, 'link'))).documents).toHaveLength(2);
  });

  it.each([
    [
      'a link out of the directory',
      () => symlink('../secret', join(dir, 'README.md')),
      /leads out/,
    ],
    ['an absolute link', () => symlink('/etc/hostname', join(dir, 'icon.png')), /leads out/],
    [
      'a link to a neighbour with a like name',
      () => symlink(`../${basename(dir)}-2/x`, join(dir, 'README_EN.md')),
      /leads out/,
    ],
    ['a link to nothing', () => symlink('nothing', join(dir, 'README.md')), /cannot be read/],
    ['a directory', () => mkdir(join(dir, 'README.md')), /is not a file/],
    [
      'a file beyond all measure',
      async () => {
        await put('README.md');
        await truncate(join(dir, 'README.md'), 5 * 1024 * 1024);
      },
      /has 5242880 bytes, more than/,
    ],
    [
      'a named pipe',
      () =>
        run('mkfifo', [join(dir, 'spec.yaml')], { cwd: dir, env: { PATH: process.env['PATH'] } }),
      /is not a file/,
    ],
  ])('refuses %s', async (_, make, message) => {
    await writeFile(join(root, 'secret'), 'x');
    await mkdir(join(dirname(dir), `${basename(dir)}-2`));
    await writeFile(join(root, `${basename(dir)}-2`, 'x'), 'x');
    await make();
    await expect(collectDocuments(dir)).rejects.toMatchObject({
      errorClass: 'bad-input',
      message: expect.stringMatching(message) as unknown,
    });
  });

  it('refuses a directory that is not there', async () => {
    await expect(collectDocuments(join(dir, 'x'))).rejects.toMatchObject({
      errorClass: 'bad-input',
    });
  });

  it('gives the same bytes whatever the mode of the files', async () => {
    await put('spec.yaml', 'README.md');
    const before = await collectDocuments(dir);
    await chmod(join(dir, 'spec.yaml'), 0o755);
    expect(await collectDocuments(dir)).toEqual(before);
  });
});
