import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadAsGateway } from '../../packages/nx-proxy-wasm/src/oci/loader';
import { localStore } from '../../packages/nx-proxy-wasm/src/oci/local-store';
import { CORRELATION, findEnvoy, startEnvoy, validate } from '../envoy/envoy';
import { copySamples, createWorkspace, succeed, type TestWorkspace } from '../testing/workspace';

describe('a stock Envoy, with what publish-oci published', () => {
  let envoy: string | undefined;
  let workspace: TestWorkspace;
  const versions = { 'request-id': '1.1.0', 'basic-auth': '1.0.0' } as const;

  /** The module as a gateway gets it: out of the published artifact. */
  async function published(name: keyof typeof versions): Promise<string> {
    const store = localStore(join(workspace.root, 'dist', 'registry'), `plugins/${name}`);
    const digest = await store.resolve(versions[name]);
    const artifact = await store.pull(digest!);
    const file = join(workspace.root, 'pulled', `${name}.wasm`);
    await mkdir(join(workspace.root, 'pulled'), { recursive: true });
    await writeFile(file, await loadAsGateway(artifact));
    return file;
  }

  beforeAll(async () => {
    envoy = await findEnvoy();
    if (envoy === undefined && process.env['CI'] === 'true') {
      throw new Error('continuous integration needs Envoy: install python3 with venv');
    }
    workspace = await createWorkspace();
    await copySamples(workspace.root, ['extensions/request-id', 'extensions/basic-auth']);
    await succeed(workspace.nx('run-many', '-t', 'publish-oci'));
  });
  afterAll(() => workspace.remove());
  beforeEach(({ skip }) => {
    skip(
      envoy === undefined,
      'there is no Envoy for this platform, or no python3 to install it with',
    );
  });

  it('loads a plugin of the upstream SDK, configures it and lets it work on a request', async () => {
    // Not x-request-id: that one Envoy makes itself.
    const configuration = JSON.stringify({ header: CORRELATION });
    const running = await startEnvoy(envoy!, await published('request-id'), configuration);
    try {
      const fresh = await fetch(running.url);
      expect(fresh.status).toBe(200);
      expect(fresh.headers.get('x-seen')).toMatch(/^[0-9a-f-]{32,36}$/);
      const kept = await fetch(running.url, { headers: { [CORRELATION]: 'mine' } });
      expect(kept.headers.get('x-seen')).toBe('mine');
    } finally {
      await running.stop();
    }
  });

  it('refuses a configuration that the plugin refuses', async () => {
    const { exitCode } = await validate(envoy!, await published('request-id'), '{"nonsense": 1}');
    expect(exitCode).not.toBe(0);
  });

  it('refuses a plugin of the Higress SDK in the words that build-wasm has for it', async () => {
    const verdict = await workspace.nx('run', 'basic-auth:build-wasm', '--profile=envoy');
    const words = 'Missing or unknown Proxy-Wasm ABI version';
    expect(verdict.stdout).toContain(words);
    const { exitCode, stderr } = await validate(envoy!, await published('basic-auth'), '{}');
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain(words);
  });
});
