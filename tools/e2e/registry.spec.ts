import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type RegistryProcess,
  startRegistry,
  TEST_PASSWORD,
  TEST_USER,
} from '../../packages/nx-proxy-wasm/src/oci/testing/registry-process';
import { pinnedTools } from '../oci/pinned-tools';
import { copySamples, createWorkspace, succeed, type TestWorkspace } from '../testing/workspace';

const SAMPLE = 'plugins/wasm-go/extensions/request-id';

describe('publish-oci to a registry that asks for a password', () => {
  let workspace: TestWorkspace;
  let registry: RegistryProcess;

  /** Runs publish-oci and returns what it printed and the record that it left. */
  async function publish(...options: string[]) {
    return publishTo(registry.host, ...options);
  }

  async function publishTo(host: string, ...options: string[]) {
    const result = await workspace.nx(
      'run',
      'request-id:publish-oci',
      `--registry=${host}`,
      '--plainHttp',
      ...options,
    );
    const file = join(workspace.root, 'dist', SAMPLE, 'publish.json');
    const record = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    return { ...result, record };
  }

  beforeAll(async () => {
    registry = await startRegistry({ auth: true });
    workspace = await createWorkspace();
    await copySamples(workspace.root, ['extensions/request-id']);
    workspace.env['NX_PROXY_WASM_ORAS'] = (await pinnedTools()).oras;
    workspace.env['HOME'] = workspace.root;
    workspace.env['GOPATH'] = process.env['GOPATH'] ?? join(process.env['HOME'] ?? '', 'go');
    workspace.env['GOCACHE'] = join(process.env['HOME'] ?? '', '.cache', 'go-build');
  });
  afterAll(async () => {
    await registry.stop();
    await workspace.remove();
  });

  it('is refused without credentials, class 4', async () => {
    const { exitCode, record } = await publish();
    expect(exitCode).toBe(1);
    expect(record).toMatchObject({ outcome: 'failed', exitCode: 4 });
  });

  it('is refused with half of the credentials, naming the other half', async () => {
    workspace.env['REGISTRY_USERNAME'] = TEST_USER;
    const { record } = await publish();
    expect(record['exitCode']).toBe(2);
    expect(record['error']).toContain('REGISTRY_PASSWORD');
  });

  it('says in a dry run what it would do, and does nothing', async () => {
    workspace.env['REGISTRY_PASSWORD'] = TEST_PASSWORD;
    const { stdout } = await succeed(
      workspace.nx(
        'run',
        'request-id:publish-oci',
        `--registry=${registry.host}`,
        '--plainHttp',
        '--dryRun',
      ),
    );
    expect(stdout).toMatch(/request-id {2}would publish .*\(push: 1\.1\.0 does not exist yet\)/);
    expect(await readdir(registry.storage).catch(() => [])).toEqual([]);
  });

  it('publishes, reads back and records', async () => {
    const { exitCode, stdout, record } = await publish();
    expect(exitCode).toBe(0);
    expect(record).toMatchObject({
      outcome: 'published',
      exitCode: 0,
      reference: `${registry.host}/plugins/request-id:1.1.0`,
    });
    expect(stdout).toContain(
      `${registry.host}/plugins/request-id:1.1.0@${String(record['digest'])}`,
    );
  });

  it('says so when the same content is published already', async () => {
    const { exitCode, stdout, record } = await publish();
    expect(exitCode).toBe(0);
    expect(record['outcome']).toBe('identical');
    expect(stdout).toMatch(/already published/);
  });

  it('refuses other content under the same version, class 3, and names both digests', async () => {
    const before = await publish();
    const { exitCode, record, stdout } = await publish('--shape=compat');
    expect(exitCode).toBe(1);
    expect(record).toMatchObject({ outcome: 'failed', exitCode: 3 });
    expect(stdout).toContain(String(before.record['digest']));
    expect((await publish()).record['outcome']).toBe('identical');
  });

  it.each(['compat', 'raw'])('publishes the shape %s under a version of its own', async (shape) => {
    const { exitCode, record } = await publish(`--shape=${shape}`, `--tag=1.1.0-${shape}`);
    expect(exitCode).toBe(0);
    expect(record).toMatchObject({ outcome: 'published', tag: `1.1.0-${shape}` });
  });

  it.each([
    ['build metadata', '--tag=1.0.0+build.1'],
    ['a shell command', '--tag=$(id)'],
    ['a repository with capitals', '--repository=Plugins/X'],
    ['a repository that climbs', '--repository=../../etc'],
  ])('refuses %s, class 2', async (_, option) => {
    const { exitCode, record } = await publish(option);
    expect(exitCode).toBe(1);
    expect(record).toMatchObject({ outcome: 'failed', exitCode: 2 });
  });

  it('needs a version, and names the three places for it', async () => {
    await workspace.write({ [`${SAMPLE}/VERSION`]: '', [`${SAMPLE}/spec.yaml`]: 'info: {}\n' });
    const { record } = await publish();
    expect(record).toMatchObject({ exitCode: 2 });
    expect(record['error']).toMatch(/--tag.*VERSION.*spec\.yaml/);
    const local = await succeed(workspace.nx('run', 'request-id:publish-oci'));
    expect(local.stdout).toMatch(/request-id {2}published {2}plugins\/request-id:dev@/);
    expect(local.stdout).toMatch(/movable tag dev/);
  });

  it('moves the tag dev of the local store to new content', async () => {
    await workspace.write({ [`${SAMPLE}/README.md`]: '# Other\n' });
    const { stdout } = await succeed(workspace.nx('run', 'request-id:publish-oci'));
    expect(stdout).toMatch(/published, tag moved/);
  });

  it('fails fast with class 5 when nobody listens there', async () => {
    const { exitCode, record } = await publishTo('127.0.0.1:1', '--tag=1.0.0');
    expect(exitCode).toBe(1);
    expect(record).toMatchObject({ exitCode: 5 });
    expect(record['error']).toContain('127.0.0.1:1');
  });

  it('says what to type when there is no oras and none may be built', async () => {
    delete workspace.env['NX_PROXY_WASM_ORAS'];
    const directories = (workspace.env['PATH'] ?? '').split(delimiter);
    workspace.env['PATH'] = directories
      .filter((directory) => !existsSync(join(directory, 'oras')))
      .join(delimiter);
    const { record } = await publish('--installOras=false', '--tag=9.9.9');
    expect(record).toMatchObject({ exitCode: 7 });
    expect(record['error']).toMatch(/go install oras\.land\/oras\/cmd\/oras@v/);
  });

  it('leaves the password nowhere', async () => {
    const encoded = [
      TEST_PASSWORD,
      encodeURIComponent(TEST_PASSWORD),
      Buffer.from(`${TEST_USER}:${TEST_PASSWORD}`).toString('base64'),
    ];
    const texts = await textsBelow(join(workspace.root, '..'));
    expect(texts.length).toBeGreaterThan(20);
    for (const text of texts) {
      for (const secret of encoded) expect(text.content.includes(secret), text.file).toBe(false);
    }
  });
});

/** Every file below a directory that a run could have written to: caches, records, homes. */
async function textsBelow(directory: string): Promise<{ file: string; content: string }[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
      .map(async (entry) => {
        const file = join(entry.parentPath, entry.name);
        return { file, content: await readFile(file, 'latin1') };
      }),
  );
}
