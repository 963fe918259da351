import { ProxyWasmError } from '../errors';
import { type Credentials, secretsOf } from './credentials';
import { exchange, type HttpAnswer } from './http-exchange';
import { hostAndPort } from './registry-error';
import { authorize, refused } from './registry-token';

const MAX_REDIRECTS = 5;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
/** Docker Hub serves its API under another name than its references carry. */
const API_HOSTS: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io' };

/** One repository of a registry, and how to reach it. */
export interface RepositoryAccess {
  /** `host` or `host:port` */
  readonly host: string;
  readonly repository: string;
  readonly credentials: Credentials;
  /** Whether to use HTTP without TLS; by default only for `localhost`. */
  readonly plainHttp?: boolean | undefined;
  /** Milliseconds of silence after which a request is given up. */
  readonly timeoutMs: number;
}

/**
 * Whether a registry is talked to without TLS: as said, else only when its name is `localhost`, which is the
 * rule of oras (127.0.0.1 does not count).
 */
export function usesPlainHttp(host: string, plainHttp: boolean | undefined): boolean {
  return plainHttp ?? /^localhost(:\d+)?$/.test(host);
}

/** A read of something under `/v2/<repository>/`. */
export interface ReadRequest {
  readonly accept: string;
  /** Bytes that a good answer may have. */
  readonly maxBytes: number;
  /** The reference, for error texts. */
  readonly subject: string;
}

/** Requests to one repository, with authentication on demand and redirects. */
export interface Connection {
  send(method: 'GET' | 'HEAD', path: string, request: ReadRequest): Promise<HttpAnswer>;
}

/**
 * Opens a {@link Connection}. Nothing is sent yet. A failed request throws ProxyWasmError: `authentication` for
 * 401 and 403, `registry-unavailable` when no answer came or the redirects are unusable.
 */
export function connect(access: RepositoryAccess): Connection {
  const { host, repository, credentials, timeoutMs } = access;
  const scheme = usesPlainHttp(host, access.plainHttp) ? 'http' : 'https';
  const root = new URL(`${scheme}://${API_HOSTS[host] ?? host}/v2/${repository}/`);
  let authorization: string | undefined;

  return {
    async send(method, path, { accept, maxBytes, subject }) {
      let url = new URL(path, root);
      let answered = false;
      for (let redirects = 0; redirects <= MAX_REDIRECTS;) {
        const own = url.origin === root.origin;
        const headers: Record<string, string> =
          own && authorization !== undefined ? { accept, authorization } : { accept };
        const answer = await exchange({
          method,
          url,
          headers,
          maxBytes,
          timeoutMs,
          subject,
          secrets: secretsOf(credentials),
        });

        if (answer.status === 401 && own && !answered) {
          // Once for each request: the second 401 is the answer to our credentials.
          answered = true;
          const challenge = answer.headers.get('www-authenticate') ?? '';
          authorization = await authorize(challenge, {
            credentials,
            registry: root,
            repository,
            timeoutMs,
            subject,
          });
        } else if (REDIRECTS.includes(answer.status)) {
          url = redirectTarget(answer, subject);
          redirects++;
        } else if (answer.status === 401 || answer.status === 403) {
          throw refused(answer, subject);
        } else {
          return answer;
        }
      }
      throw unavailable(subject, `${hostAndPort(root)} redirects more than ${MAX_REDIRECTS} times`);
    },
  };
}

function redirectTarget(answer: HttpAnswer, subject: string): URL {
  const from = hostAndPort(answer.url);
  let url: URL;
  try {
    url = new URL(answer.headers.get('location') ?? '', answer.url);
  } catch {
    throw unavailable(subject, `${from} redirects to something that is no URL`);
  }
  const schemes = answer.url.protocol === 'http:' ? ['http:', 'https:'] : ['https:'];
  if (!schemes.includes(url.protocol) || url.username !== '' || url.password !== '') {
    throw unavailable(subject, `${from} redirects to a place that is not safe to follow`);
  }
  return url;
}

/** An error of class `registry-unavailable` about a registry that answers, but not as a registry should. */
export function unavailable(subject: string, reason: string): ProxyWasmError {
  return new ProxyWasmError('registry-unavailable', reason, {
    subject,
    remedy: 'Check the address of the registry and any proxy before it, or try again later.',
  });
}
