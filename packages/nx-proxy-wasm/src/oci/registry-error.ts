import { ProxyWasmError } from '../errors';

/** Longest piece of a registry's answer that is repeated to the user. */
const MAX_WORDS = 500;

/** What a registry said in the error body of the distribution specification. */
export interface RegistryWords {
  /** `MANIFEST_UNKNOWN`, `DENIED`, …; never empty. */
  readonly codes: readonly string[];
  /** `code: message` of each error, of sane length. */
  readonly text: string;
}

/**
 * Reads the error body of a registry: `{"errors": [{"code", "message"}]}` with at least one code.
 * Anything else (a login page, a proxy's own page, nothing) is undefined: it does not come from a registry.
 * @see https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes
 */
export function parseErrorBody(body: Uint8Array): RegistryWords | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    return undefined;
  }
  const errors = (value as { errors?: unknown } | null)?.errors;
  if (!Array.isArray(errors)) return undefined;
  const read = errors.map((error: unknown) => {
    const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
    return {
      code: typeof code === 'string' ? code : '',
      message: typeof message === 'string' ? message : '',
    };
  });
  const codes = read.map(({ code }) => code).filter((code) => code !== '');
  if (codes.length === 0) return undefined;
  const text = read
    .map(({ code, message }) => [code, message].filter((part) => part !== '').join(': '))
    .join('; ');
  return { codes, text: shorten(text) };
}

/** Cuts a foreign text to a length that a person can still read, on one line. */
export function shorten(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > MAX_WORDS ? `${line.slice(0, MAX_WORDS)}…` : line;
}

const NO_TLS =
  'If this registry is served without TLS, allow plain HTTP for it; else check the port.';
const OTHER_CA =
  'If the registry uses a certificate of your own, name its authority in NODE_EXTRA_CA_CERTS and SSL_CERT_FILE (PEM files).';
const CHECK_HOST = 'Check the spelling of the registry and the network.';

/**
 * Codes of failed requests, as Node.js and its fetch report them, in words.
 * @see https://nodejs.org/api/errors.html and https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const NETWORK_FAILURES: Readonly<Record<string, readonly [reason: string, remedy: string]>> = {
  ECONNREFUSED: ['the connection was refused', 'Check that the registry runs and the port.'],
  ECONNRESET: ['the connection was reset', 'Try again.'],
  EPIPE: ['the connection was reset', 'Try again.'],
  UND_ERR_SOCKET: ['the connection was closed', 'Try again; if it stays so, check the port.'],
  ENOTFOUND: ['the host name is not known', CHECK_HOST],
  EAI_AGAIN: ['the name service gave no answer', CHECK_HOST],
  EHOSTUNREACH: ['there is no route to the host', CHECK_HOST],
  ENETUNREACH: ['there is no route to the network', CHECK_HOST],
  ETIMEDOUT: ['the connection timed out', CHECK_HOST],
  UND_ERR_CONNECT_TIMEOUT: ['the connection timed out', CHECK_HOST],
  EPROTO: ['the server does not speak TLS here', NO_TLS],
  ERR_SSL_WRONG_VERSION_NUMBER: ['the server does not speak TLS here', NO_TLS],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: ['the server does not speak TLS here', NO_TLS],
  DEPTH_ZERO_SELF_SIGNED_CERT: ['its certificate is self-signed', OTHER_CA],
  SELF_SIGNED_CERT_IN_CHAIN: ['its certificate comes from an unknown authority', OTHER_CA],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ['its certificate comes from an unknown authority', OTHER_CA],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ['its certificate comes from an unknown authority', OTHER_CA],
  CERT_HAS_EXPIRED: ['its certificate has expired', 'Have the certificate renewed.'],
  ERR_TLS_CERT_ALTNAME_INVALID: ['its certificate is for another host', CHECK_HOST],
};

/**
 * A request that got no answer, as an error of class `registry-unavailable` that names host and port.
 * @param error what fetch threw
 * @param subject the reference the request was about
 */
export function networkError(error: unknown, url: URL, subject: string): ProxyWasmError {
  const code = failureCode(error);
  const [reason, remedy] = NETWORK_FAILURES[code] ?? ['the request failed', CHECK_HOST];
  return new ProxyWasmError(
    'registry-unavailable',
    `cannot reach ${hostAndPort(url)}: ${reason}${code === '' ? '' : ` (${code})`}`,
    { subject, remedy, cause: error },
  );
}

/** `host:port`, also where the port is the scheme's own. */
export function hostAndPort(url: URL): string {
  const standard = url.protocol === 'http:' ? '80' : '443';
  return `${url.hostname}:${url.port === '' ? standard : url.port}`;
}

/** fetch wraps the reason in a TypeError, and several failed addresses in an AggregateError. */
function failureCode(error: unknown): string {
  let current: unknown = error;
  for (let depth = 0; depth < 5 && typeof current === 'object' && current !== null; depth++) {
    const { code, cause, errors } = current as {
      code?: unknown;
      cause?: unknown;
      errors?: unknown;
    };
    if (typeof code === 'string' && code !== '') return code;
    current = cause ?? (Array.isArray(errors) ? (errors[0] as unknown) : undefined);
  }
  return '';
}
