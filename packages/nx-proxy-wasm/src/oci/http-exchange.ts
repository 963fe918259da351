import { ProxyWasmError } from '../errors';
import { redact } from './redact';
import { hostAndPort, networkError } from './registry-error';

/** Error pages are read to this length only. */
const MAX_ERROR_BYTES = 16 * 1024;
/** Slower than this is as good as hanging; it bounds the time a large body may take. */
const MIN_BYTES_PER_SECOND = 16 * 1024;

/** One HTTP request. Redirects are not followed here. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Bytes that a good answer may have; reading stops behind them. */
  readonly maxBytes: number;
  /** Milliseconds of silence after which the request is given up. */
  readonly timeoutMs: number;
  /** What the request is about, for error texts: a reference. */
  readonly subject: string;
  /** What must not be seen: the bodies of error answers, which end up in texts, are cleaned of it. */
  readonly secrets: readonly string[];
}

/** What came back, whatever the status. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly url: URL;
  readonly body: Uint8Array;
  /** `cut`: the connection ended before the body did; `too-long`: there was more than allowed. */
  readonly ended: 'complete' | 'cut' | 'too-long';
}

/**
 * Sends one request and reads the answer to its end, within limits of size and time.
 * @throws ProxyWasmError `registry-unavailable` when no answer came: network, TLS, DNS, silence
 */
export async function exchange(request: HttpRequest): Promise<HttpAnswer> {
  const { method, url, headers, body, maxBytes, timeoutMs, subject, secrets } = request;
  const patience = new AbortController();
  const giveUp = (): void => {
    patience.abort();
  };
  const silence = setTimeout(giveUp, timeoutMs);
  const total = setTimeout(giveUp, timeoutMs + (maxBytes / MIN_BYTES_PER_SECOND) * 1_000);
  try {
    const response = await fetch(url, {
      method,
      headers: {
        ...headers,
        // The bytes are hashed: nobody may pack them on the way.
        'accept-encoding': 'identity',
      },
      ...(body === undefined ? {} : { body }),
      redirect: 'manual',
      signal: patience.signal,
    });
    const read = await readBody(response, response.ok ? maxBytes : MAX_ERROR_BYTES, () => {
      silence.refresh();
    });
    if (patience.signal.aborted) throw silent(request);
    const { status } = response;
    return {
      status,
      headers: response.headers,
      url,
      ended: read.ended,
      body: response.ok ? read.body : Buffer.from(redact(read.body.toString(), secrets)),
    };
  } catch (error) {
    if (error instanceof ProxyWasmError) throw error;
    if (patience.signal.aborted) throw silent(request);
    throw networkError(error, url, subject);
  } finally {
    clearTimeout(silence);
    clearTimeout(total);
  }
}

async function readBody(
  response: Response,
  maxBytes: number,
  onProgress: () => void,
): Promise<{ body: Buffer; ended: HttpAnswer['ended'] }> {
  if (response.body === null) return { body: Buffer.alloc(0), ended: 'complete' };
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body.getReader() as ReadableStreamDefaultReader<Uint8Array>;
  for (;;) {
    let next: Awaited<ReturnType<typeof reader.read>>;
    try {
      next = await reader.read();
    } catch {
      return { body: Buffer.concat(chunks), ended: 'cut' };
    }
    if (next.done) return { body: Buffer.concat(chunks), ended: 'complete' };
    onProgress();
    size += next.value.length;
    if (size > maxBytes) {
      await reader.cancel().catch(() => undefined); // the connection goes away with it
      return { body: Buffer.concat(chunks), ended: 'too-long' };
    }
    chunks.push(next.value);
  }
}

function silent({ url, timeoutMs, subject }: HttpRequest): ProxyWasmError {
  return new ProxyWasmError(
    'registry-unavailable',
    `${hostAndPort(url)} gave no answer within ${timeoutMs / 1_000} seconds`,
    { subject, remedy: 'Check the registry and the network, or try again later.' },
  );
}
