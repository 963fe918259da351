import { type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:tls';
import { type AddressInfo } from 'node:net';

import { afterEach, describe, expect, it } from 'vitest';

import { type Credentials } from './credentials';
import { sha256Digest } from './digest';
import { repositoryReader, type RepositoryReader } from './registry';
import { type RepositoryAccess, usesPlainHttp } from './registry-connection';
import { failure } from './testing/failure';
import { startServer, type TestServer } from './testing/http-server';

const SECRET = 'hunter2-hunter2';
const BASIC = `Basic ${Buffer.from(`me:${SECRET}`).toString('base64')}`;
const ME: Credentials = { kind: 'basic', username: 'me', password: SECRET };
const OCI_MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const MANIFEST = Buffer.from('{"schemaVersion":2}');
const DIGEST = sha256Digest(MANIFEST);
const BLOB = Buffer.from('the content of a blob');
const DESCRIPTOR = {
  mediaType: 'application/octet-stream',
  digest: sha256Digest(BLOB),
  size: BLOB.length,
};

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<TestServer> {
  const server = await startServer(answer);
  servers.push(server);
  return server;
}

function reader(host: string, changes: Partial<RepositoryAccess> = {}): RepositoryReader {
  return repositoryReader({
    host,
    repository: 'a/b',
    credentials: { kind: 'anonymous' },
    plainHttp: true,
    timeoutMs: 2_000,
    ...changes,
  });
}

function manifestAnswer(response: ServerResponse): void {
  response
    .writeHead(200, { 'content-type': OCI_MANIFEST, 'docker-content-digest': DIGEST })
    .end(MANIFEST);
}

describe('usesPlainHttp', () => {
  it.each([
    ['localhost', undefined, true],
    ['localhost:5000', undefined, true],
    ['localhost:5000', false, false],
    ['127.0.0.1:5000', undefined, false],
    ['localhost.example', undefined, false],
    ['registry.example', undefined, false],
    ['registry.example', true, true],
  ])('%s with %s: %s', (host, plainHttp, expected) => {
    expect(usesPlainHttp(host, plainHttp)).toBe(expected);
  });
});

describe('reading a manifest', () => {
  it('asks for every type that a tag can name', async () => {
    let accept = '';
    const { host } = await serve((request, response) => {
      accept = request.headers.accept ?? '';
      manifestAnswer(response);
    });
    expect(await reader(host).resolve('1.0.0')).toBe(DIGEST);
    for (const type of [
      OCI_MANIFEST,
      'application/vnd.oci.image.index.v1+json',
      'application/vnd.docker.distribution.manifest.v2+json',
      'application/vnd.docker.distribution.manifest.list.v2+json',
    ]) {
      expect(accept.split(', ')).toContain(type);
    }
  });

  it('computes the digest of a registry that does not tell it', async () => {
    const { host, seen } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': OCI_MANIFEST }).end(MANIFEST);
    });
    expect(await reader(host).resolve('1.0.0')).toBe(DIGEST);
    expect(seen.map((line) => line.split(' ')[0])).toEqual(['HEAD', 'GET']);
  });

  it.each([
    ['the body of the specification', '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}', {}],
    [
      'no body but the header of a registry',
      '',
      { 'docker-distribution-api-version': 'registry/2.0' },
    ],
  ])('takes a 404 with %s for "absent"', async (_name, body, headers) => {
    const { host } = await serve((_request, response) => {
      response.writeHead(404, headers).end(body);
    });
    expect(await reader(host).resolve('1.0.0')).toBeUndefined();
  });

  it('refuses a manifest that is too large without reading all of it', async () => {
    let sent = 0;
    const { host } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': OCI_MANIFEST });
      const chunk = Buffer.alloc(256 * 1024, ' ');
      const more = (): void => {
        if (response.destroyed || sent > 64 * 1024 * 1024) return;
        sent += chunk.length;
        response.write(chunk, more);
      };
      more();
    });
    const error = await failure(reader(host).manifest(DIGEST));
    expect(error.errorClass).toBe('verification-failed');
    expect(error.message).toContain('larger than 4194304 bytes');
    expect(sent).toBeLessThan(64 * 1024 * 1024);
  });

  it('refuses a manifest that is another one, also without a digest header', async () => {
    const { host } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': OCI_MANIFEST }).end('{"schemaVersion":3}');
    });
    const error = await failure(reader(host).manifest(DIGEST));
    expect(error.errorClass).toBe('verification-failed');
    expect(error.subject).toBe(`${host}/a/b@${DIGEST}`);
  });

  it('repeats the words of the registry, on one line, of sane length', async () => {
    const body = JSON.stringify({
      errors: [
        { code: 'TOOMANYREQUESTS', message: `slow\ndown ${'x'.repeat(5_000)}` },
        null,
        { code: 7 },
      ],
    });
    const { host } = await serve((_request, response) => {
      response.writeHead(429).end(body);
    });
    const error = await failure(reader(host).manifest(DIGEST));
    expect(error.errorClass).toBe('registry-unavailable');
    expect(error.message).toContain('TOOMANYREQUESTS: slow down x');
    expect(error.message.length).toBeLessThan(1_200);
  });
});

describe('reading a blob', () => {
  it('follows a redirect to another host and does not take the credentials along', async () => {
    const storage = await serve((_request, response) => response.end(BLOB));
    const registry = await serve((request, response) => {
      if (request.headers.authorization === undefined) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
      } else {
        response
          .writeHead(307, { location: `http://${storage.host}/signed?token=1` })
          .end('elsewhere');
      }
    });
    expect(Buffer.from(await reader(registry.host, { credentials: ME }).blob(DESCRIPTOR))).toEqual(
      BLOB,
    );
    expect(registry.seen).toEqual([
      `GET /v2/a/b/blobs/${DESCRIPTOR.digest} -`,
      `GET /v2/a/b/blobs/${DESCRIPTOR.digest} ${BASIC}`,
    ]);
    expect(storage.seen).toEqual(['GET /signed?token=1 -']);
  });

  it('does not answer the 401 of another host', async () => {
    const storage = await serve((_request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="give"' }).end();
    });
    const registry = await serve((_request, response) => {
      response.writeHead(302, { location: `http://${storage.host}/x` }).end();
    });
    const error = await failure(reader(registry.host, { credentials: ME }).blob(DESCRIPTOR));
    expect(error.errorClass).toBe('authentication');
    expect(storage.seen).toEqual(['GET /x -']);
  });

  it.each([
    ['a file', 'file:///etc/passwd'],
    ['an address with a password', 'http://me:you@127.0.0.1/'],
    ['nothing', 'http://'],
  ])('does not follow a redirect to %s', async (_name, location) => {
    const { host } = await serve((_request, response) => {
      response.writeHead(302, { location }).end();
    });
    const error = await failure(reader(host).blob(DESCRIPTOR));
    expect(error.errorClass).toBe('registry-unavailable');
    expect(error.message).toContain('redirects');
  });

  it('gives up on a body that stops coming', async () => {
    const { host } = await serve((_request, response) => {
      response.writeHead(200).write('x');
    });
    const large = { ...DESCRIPTOR, size: 100_000_000 };
    const error = await failure(reader(host, { timeoutMs: 200 }).blob(large));
    expect(error.errorClass).toBe('registry-unavailable');
    expect(error.message).toContain('within 0.2 seconds');
  });

  it('gives up on a body that comes byte by byte, never silent for long', async () => {
    let sending: NodeJS.Timeout | undefined;
    const { host } = await serve((_request, response) => {
      response.writeHead(200);
      sending = setInterval(() => response.write('x'), 10);
    });
    try {
      const small = { ...DESCRIPTOR, size: 20_000 };
      const error = await failure(reader(host, { timeoutMs: 500 }).blob(small));
      expect(error.errorClass).toBe('registry-unavailable');
    } finally {
      clearInterval(sending);
    }
  });

  it.each([
    ['shorter', BLOB.subarray(0, -1), `ends after ${BLOB.length - 1} of ${BLOB.length} bytes`],
    ['another', Buffer.from('THE content of a blob'), 'other content'],
  ])('refuses a blob that is %s', async (_name, body, text) => {
    const { host } = await serve((_request, response) => response.end(body));
    const error = await failure(reader(host).blob(DESCRIPTOR));
    expect(error.errorClass).toBe('verification-failed');
    expect(error.message).toContain(text);
  });

  it('reads no more than the descriptor says', async () => {
    const { host } = await serve((_request, response) => {
      response.end(Buffer.concat([BLOB, Buffer.from('!')]));
    });
    const error = await failure(reader(host).blob(DESCRIPTOR));
    expect(error.errorClass).toBe('verification-failed');
    expect(error.message).toContain(`longer than the ${BLOB.length} bytes`);
  });

  it('does not believe a size that no gateway would load', async () => {
    const huge = { ...DESCRIPTOR, size: 10 ** 12 };
    expect((await failure(reader('127.0.0.1:1').blob(huge))).errorClass).toBe(
      'verification-failed',
    );
  });
});

describe('authentication', () => {
  /** A registry that wants a token, and the server that gives it. */
  async function tokenRegistry(
    token: (request: IncomingMessage, response: ServerResponse) => void,
  ): Promise<{ registry: TestServer; tokens: TestServer }> {
    const tokens = await serve(token);
    const challenge = `Bearer realm="http://${tokens.host}/token",service="reg",scope="repository:a/b:pull"`;
    const registry = await serve((request, response) => {
      if (request.headers.authorization === 'Bearer good-token') manifestAnswer(response);
      else response.writeHead(401, { 'www-authenticate': challenge }).end();
    });
    return { registry, tokens };
  }

  const query = '/token?service=reg&scope=repository%3Aa%2Fb%3Apull';

  it.each([
    ['token', '{"token":"good-token"}'],
    ['access_token', '{"access_token":"good-token","expires_in":60}'],
  ])('fetches a token (%s) with the password, once for several requests', async (_name, body) => {
    const { registry, tokens } = await tokenRegistry((_request, response) => response.end(body));
    const repository = reader(registry.host, { credentials: ME });
    await repository.resolve('1.0.0');
    await repository.manifest(DIGEST);
    expect(tokens.seen).toEqual([`GET ${query} ${BASIC}`]);
    // The password goes to the token server, and the registry gets the token alone.
    expect(registry.seen.map((line) => line.split(' ').slice(2).join(' '))).toEqual([
      '-',
      'Bearer good-token',
      'Bearer good-token',
    ]);
  });

  it('fetches a token without credentials', async () => {
    const { registry, tokens } = await tokenRegistry((_request, response) =>
      response.end('{"token":"good-token"}'),
    );
    expect(await reader(registry.host).resolve('1.0.0')).toBe(DIGEST);
    expect(tokens.seen).toEqual([`GET ${query} -`]);
  });

  it('sends an identity token in the body of a POST', async () => {
    let form = '';
    const { registry, tokens } = await tokenRegistry((request, response) => {
      request.on('data', (chunk: Buffer) => (form += chunk.toString()));
      request.on('end', () => response.end('{"access_token":"good-token"}'));
    });
    const credentials: Credentials = { kind: 'identity-token', token: 'refresh-me' };
    expect(await reader(registry.host, { credentials }).resolve('1.0.0')).toBe(DIGEST);
    expect(tokens.seen).toEqual(['POST /token -']);
    expect(Object.fromEntries(new URLSearchParams(form))).toMatchObject({
      grant_type: 'refresh_token',
      refresh_token: 'refresh-me',
      service: 'reg',
      scope: 'repository:a/b:pull',
    });
  });

  it('asks for a new token when the old one has expired', async () => {
    let given = 0;
    const tokens = await serve((_request, response) => {
      response.end(JSON.stringify({ token: `token-${++given}` }));
    });
    const registry = await serve((request, response) => {
      if (request.headers.authorization === `Bearer token-${given}` && given !== 1) {
        manifestAnswer(response);
      } else {
        response
          .writeHead(401, { 'www-authenticate': `Bearer realm="http://${tokens.host}/"` })
          .end();
      }
    });
    const repository = reader(registry.host);
    expect((await failure(repository.resolve('1.0.0'))).errorClass).toBe('authentication');
    expect(await repository.resolve('1.0.0')).toBe(DIGEST);
  });

  it.each([
    [
      'refuses the password',
      401,
      '{"errors":[{"code":"UNAUTHORIZED","message":"wrong"}]}',
      'authentication',
    ],
    ['is broken', 500, 'oops', 'registry-unavailable'],
    ['gives something else', 200, '<html>', 'registry-unavailable'],
    [
      'gives a token that would split a header',
      200,
      '{"token":"a\\r\\nx: y"}',
      'registry-unavailable',
    ],
    ['redirects', 302, '', 'registry-unavailable'],
  ])('fails when the token server %s', async (_name, status, body, errorClass) => {
    const { registry, tokens } = await tokenRegistry((_request, response) =>
      response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end(body),
    );
    const error = await failure(reader(registry.host, { credentials: ME }).resolve('1.0.0'));
    expect(error.errorClass).toBe(errorClass);
    expect(error.message).toContain(tokens.host);
    expect(error.message).not.toContain(SECRET);
  });

  it.each(['ftp://127.0.0.1/token', 'registry', '', 'http://a:b@127.0.0.1/'])(
    'sends nothing to the realm %j',
    async (realm) => {
      const { host } = await serve((_request, response) => {
        response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}"` }).end();
      });
      const error = await failure(reader(host, { credentials: ME }).resolve('1.0.0'));
      expect(error.errorClass).toBe('registry-unavailable');
      expect(error.message).toContain('token server');
    },
  );

  it('does not repeat a secret that the registry repeats', async () => {
    const { host } = await serve((request, response) => {
      if (request.headers.authorization === undefined) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
        return;
      }
      const message = `not with ${request.headers.authorization}, that is ${SECRET}`;
      response.writeHead(403).end(JSON.stringify({ errors: [{ code: 'DENIED', message }] }));
    });
    const error = await failure(reader(host, { credentials: ME }).manifest(DIGEST));
    expect(error.errorClass).toBe('authentication');
    expect(error.message).toContain('DENIED: not with Basic ***, that is ***');
  });

  it('says what to do when a password is wanted and there is none', async () => {
    const { host } = await serve((_request, response) => {
      response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    });
    const error = await failure(reader(host).resolve('1.0.0'));
    expect(error.errorClass).toBe('authentication');
    expect(error.remedy).toContain('REGISTRY_USERNAME');
  });
});

describe('a registry that cannot be reached', () => {
  it.each([
    ['an unknown host', 'nowhere.invalid', 'nowhere.invalid:443'],
    ['an unknown host with a port', 'nowhere.invalid:5000', 'nowhere.invalid:5000'],
  ])('is named with its port: %s', async (_name, host, named) => {
    const error = await failure(reader(host, { plainHttp: false }).resolve('1.0.0'));
    expect(error.errorClass).toBe('registry-unavailable');
    expect(error.message).toContain(`cannot reach ${named}`);
    expect(error.remedy).toBeDefined();
  });

  it('gets advice about certificates when its authority is unknown', async () => {
    const { key, cert } = SELF_SIGNED;
    const server = createTlsServer({ key, cert });
    server.on('tlsClientError', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      const error = await failure(reader(host, { plainHttp: false }).resolve('1.0.0'));
      expect(error.errorClass).toBe('registry-unavailable');
      expect(error.remedy).toContain('NODE_EXTRA_CA_CERTS');
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });
});

/** Made for this test alone: `openssl req -x509 -newkey ec … -days 36500 -subj /CN=test`. */
const SELF_SIGNED = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgL4b9/peU/RqDYiLt
KlckPLWzcOyrmCQdQzrIeQ+9ehKhRANCAARvjzGBsgsHrZm/jbZv4TCdn5otBbA0
ylUb+c4eVqz12FE5NOYuUJ5qe6ciczhRDH6HEvb10PeC4YxgH3rNIf67
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBhTCCASygAwIBAgIUEQkOejrgWtwKf9kK517lz6prlYcwCgYIKoZIzj0EAwIw
DzENMAsGA1UEAwwEdGVzdDAgFw0yNjExMjQwMjU5MjBaGA8yMTI2MTAzMTAyNTky
MFowDzENMAsGA1UEAwwEdGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABG+P
MYGyCwetmb+Ntm/hMJ2fmi0FsDTKVRv5zh5WrPXYUTk05i5Qnmp7pyJzOFEMfocS
9vXQ94LhjGAfes0h/rujZDBiMB0GA1UdDgQWBBQ5WtG5sUa0Kc1ghmFxJ9wxomC1
VDAfBgNVHSMEGDAWgBQ5WtG5sUa0Kc1ghmFxJ9wxomC1VDAPBgNVHRMBAf8EBTAD
AQH/MA8GA1UdEQQIMAaHBH8AAAEwCgYIKoZIzj0EAwIDRwAwRAIgNQ4d4dEHCGv6
7SOYaqvEDTFnGMEjDT/6/sI+DMI2L2YCIDAiD71EXtteDJXhN5k2SOIDcJaygbZp
e1mFrEpbGWNj
-----END CERTIFICATE-----`,
};
