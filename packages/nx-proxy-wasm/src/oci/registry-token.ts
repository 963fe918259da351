import { ProxyWasmError } from '../errors';
import { type Challenge, parseChallenges } from './challenge';
import { type Credentials, secretsOf } from './credentials';
import { exchange, type HttpAnswer } from './http-exchange';
import { hostAndPort, parseErrorBody } from './registry-error';

const MAX_TOKEN_BYTES = 256 * 1024;
const CLIENT_ID = 'nx-proxy-wasm';
const LOG_IN =
  'Set REGISTRY_USERNAME and REGISTRY_PASSWORD, or log in with docker login or oras login; check that the account may use this repository.';

/** What is asked for, and by whom. */
export interface AuthorizationRequest {
  readonly credentials: Credentials;
  /** The registry that sent the challenge. */
  readonly registry: URL;
  readonly repository: string;
  readonly timeoutMs: number;
  /** The reference that the request is about. */
  readonly subject: string;
}

/**
 * The value of the `Authorization` header that answers a registry's 401: Basic, or a Bearer token fetched from
 * the realm which the challenge names.
 *
 * @param header the `WWW-Authenticate` header of the 401
 * @throws ProxyWasmError `authentication` when there is nothing to answer with or the token server refuses;
 *   `registry-unavailable` when the challenge or the token server is unusable
 * @see https://distribution.github.io/distribution/spec/auth/token/
 */
export async function authorize(header: string, request: AuthorizationRequest): Promise<string> {
  const challenges = parseChallenges(header);
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
  if (bearer !== undefined) return `Bearer ${await fetchToken(bearer, request)}`;

  const { credentials, subject, registry } = request;
  if (challenges.some(({ scheme }) => scheme === 'basic')) {
    if (credentials.kind === 'basic') return basic(credentials);
    throw new ProxyWasmError(
      'authentication',
      `${hostAndPort(registry)} wants a user name and a password`,
      { subject, remedy: LOG_IN },
    );
  }
  throw new ProxyWasmError(
    'authentication',
    `${hostAndPort(registry)} refuses the request and offers neither Basic nor Bearer authentication`,
    { subject, remedy: LOG_IN },
  );
}

/** An answer of 401 or 403 as an error, with the registry's own words. */
export function refused(answer: HttpAnswer, subject: string): ProxyWasmError {
  const words = parseErrorBody(answer.body)?.text;
  return new ProxyWasmError(
    'authentication',
    `${hostAndPort(answer.url)} answered ${answer.status}${words === undefined ? '' : `: ${words}`}`,
    { subject, remedy: LOG_IN },
  );
}

function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

async function fetchToken(challenge: Challenge, request: AuthorizationRequest): Promise<string> {
  const { credentials, repository, subject, timeoutMs } = request;
  const realm = realmUrl(challenge, request);
  const service = challenge.parameters.get('service');
  const query = new URLSearchParams({
    ...(service === undefined ? {} : { service }),
    scope: challenge.parameters.get('scope') ?? `repository:${repository}:pull`,
  });
  const secrets = secretsOf(credentials);
  const shared = { maxBytes: MAX_TOKEN_BYTES, timeoutMs, subject, secrets };

  let answer: HttpAnswer;
  if (credentials.kind === 'identity-token') {
    query.set('grant_type', 'refresh_token');
    query.set('client_id', CLIENT_ID);
    query.set('refresh_token', credentials.token);
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    const body = query.toString();
    answer = await exchange({ method: 'POST', url: realm, headers, body, ...shared });
  } else {
    for (const [name, value] of query) realm.searchParams.set(name, value);
    const headers: Record<string, string> =
      credentials.kind === 'basic' ? { authorization: basic(credentials) } : {};
    answer = await exchange({ method: 'GET', url: realm, headers, ...shared });
  }
  if (answer.status === 401 || answer.status === 403) throw refused(answer, subject);
  const token = answer.status === 200 ? readToken(answer.body) : undefined;
  if (token === undefined) {
    throw unusable(request, `the token server ${hostAndPort(realm)} gave no token`, answer.status);
  }
  return token;
}

function realmUrl(challenge: Challenge, request: AuthorizationRequest): URL {
  let realm: URL;
  try {
    realm = new URL(challenge.parameters.get('realm') ?? '');
  } catch {
    throw unusable(request, 'the token server it names is no URL');
  }
  // A registry with TLS must not get a password sent in clear text.
  const schemes = request.registry.protocol === 'http:' ? ['http:', 'https:'] : ['https:'];
  if (!schemes.includes(realm.protocol) || realm.username !== '' || realm.password !== '') {
    throw unusable(
      request,
      `the token server it names is not an ${schemes.map((scheme) => `${scheme}//`).join(' or ')} URL`,
    );
  }
  return realm;
}

function readToken(body: Uint8Array): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
  const answer = (value ?? {}) as { token?: unknown; access_token?: unknown };
  // Only what fits into a header.
  return [answer.token, answer.access_token].find(
    (token): token is string => typeof token === 'string' && /^[\x21-\x7e]+$/.test(token),
  );
}

function unusable(request: AuthorizationRequest, what: string, status?: number): ProxyWasmError {
  return new ProxyWasmError(
    'registry-unavailable',
    `authentication at ${hostAndPort(request.registry)} does not work: ${what}${status === undefined ? '' : ` (status ${status})`}`,
    {
      subject: request.subject,
      remedy: 'Check the address of the registry and any proxy before it.',
    },
  );
}
