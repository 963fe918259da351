import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { copyArguments, copyToRegistry, orasEnvironment } from './oras';
import { failure } from './testing/failure';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const SECRET = 'hunter2-hunter2';
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'oras-'));
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

describe('copyArguments', () => {
  it('names the layout by the working directory and says plain HTTP in either case', () => {
    const copy = {
      digest: DIGEST,
      reference: 'localhost:5000/a/b:1.0.0',
      configFile: '/private/c',
    };
    const common = ['--to-registry-config', '/private/c', '--no-tty', '--'];
    const ends = [`.@${DIGEST}`, 'localhost:5000/a/b:1.0.0'];
    expect(copyArguments({ ...copy, plainHttp: false })).toEqual([
      'cp',
      '--from-oci-layout',
      '--to-plain-http=false',
      ...common,
      ...ends,
    ]);
    expect(copyArguments({ ...copy, plainHttp: true })).toContain('--to-plain-http=true');
  });
});

describe('orasEnvironment', () => {
  it('passes on paths, proxies and authorities, and nothing else', () => {
    const env = {
      PATH: '/bin',
      HTTPS_PROXY: 'http://proxy.example',
      SSL_CERT_FILE: '/ca.pem',
      REGISTRY_PASSWORD: SECRET,
      AWS_SECRET_ACCESS_KEY: SECRET,
    };
    const { PATH, HTTPS_PROXY, SSL_CERT_FILE, ...others } = orasEnvironment(env);
    expect({ PATH, HTTPS_PROXY, SSL_CERT_FILE }).toEqual({
      PATH: '/bin',
      HTTPS_PROXY: 'http://proxy.example',
      SSL_CERT_FILE: '/ca.pem',
    });
    expect(Object.values(others).filter((value) => value !== undefined)).toEqual([]);
  });
});

describe('copyToRegistry', () => {
  /** Runs a stand-in for oras: what an oras prints that the real one cannot be made to print at will. */
  async function copy(script: string): Promise<void> {
    const oras = join(dir, 'oras');
    await writeFile(oras, `#!/bin/sh\n${script}\n`);
    await chmod(oras, 0o755);
    await copyToRegistry(
      {
        layoutDir: dir,
        digest: DIGEST,
        reference: 'registry.example/a:1',
        plainHttp: false,
        configFile: join(dir, 'config.json'),
      },
      { oras, env: process.env, timeoutMs: 400, secrets: [SECRET] },
    );
  }

  it.each([
    ['Error response from registry: unauthorized: authentication required', 'authentication'],
    ['Error response from registry: denied: requested access is denied', 'authentication'],
    ['Error: basic credential not found', 'authentication'],
    ['Error: response status code 403: Forbidden', 'authentication'],
    ['Error: response status code 503: Service Unavailable', 'registry-unavailable'],
    ['Error response from registry: toomanyrequests: slow down', 'registry-unavailable'],
    ['Error: dial tcp 10.0.0.1:401: connect: connection refused', 'registry-unavailable'],
    ['', 'registry-unavailable'],
  ])('takes %j for %s', async (text, errorClass) => {
    const error = await failure(copy(`cat >&2 <<'END'\n${text}\nEND\nexit 1`));
    expect(error.errorClass).toBe(errorClass);
    expect(error.message).toContain(text === '' ? 'no reason' : text);
  });

  it('repeats neither secrets nor the tokens of upload addresses, and not everything', async () => {
    const url = 'http://registry.example/v2/a/blobs/uploads/1?_state=TOKEN&x=1';
    const error = await failure(
      copy(`echo 'PUT "${url}": EOF ${SECRET} ${'x'.repeat(20_000)}' >&2; exit 1`),
    );
    expect(error.message).toContain('blobs/uploads/1?…');
    expect(error.message).not.toContain('TOKEN');
    expect(error.message).not.toContain(SECRET);
    expect(error.message.length).toBeLessThan(1_000);
  });

  it('ends an oras that does not end by itself', async () => {
    const error = await failure(copy('exec sleep 60'));
    expect(error.errorClass).toBe('registry-unavailable');
    expect(error.message).toContain('within 0.4 seconds');
  });

  it('reports an oras that is not there as a missing tool', async () => {
    const error = await failure(
      copyToRegistry(
        {
          layoutDir: dir,
          digest: DIGEST,
          reference: 'registry.example/a:1',
          plainHttp: false,
          configFile: '',
        },
        { oras: join(dir, 'none'), env: {}, timeoutMs: 400, secrets: [] },
      ),
    );
    expect(error.errorClass).toBe('missing-tool');
  });
});
