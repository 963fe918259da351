import { type IncomingMessage, type ServerResponse, createServer, request } from 'node:http';
import { type AddressInfo } from 'node:net';

/** A request that came to the proxy. */
export interface Recorded {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
}

/** What goes wrong with a request. */
export type Fault =
  /** Answered by the proxy, not forwarded. */
  | {
      readonly kind: 'answer';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** Forwarded and done, but the connection ends before the answer. */
  | { readonly kind: 'lose-answer' }
  /** Taken, never answered. */
  | { readonly kind: 'silence' }
  /** Forwarded only when `until` is done, with the client waiting meanwhile. */
  | { readonly kind: 'hold'; readonly until: () => Promise<void> }
  /** The answer comes with other headers or another body; the length fits the new body. */
  | {
      readonly kind: 'alter';
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: (body: Buffer) => Buffer;
    }
  /** The answer's connection ends in the middle of the body. */
  | { readonly kind: 'cut' };

/** One fault for the requests that match. */
export interface Rule {
  readonly method: string;
  readonly path: RegExp;
  readonly fault: Fault;
  /** How often it happens; without it, always. */
  readonly times?: number;
}

/** A proxy that runs until it is stopped. */
export interface RecordingProxy {
  /** `127.0.0.1:port` */
  readonly host: string;
  /** Everything that came in, in order. */
  readonly requests: readonly Recorded[];
  /** Requests that can change what the registry holds. */
  writes(): readonly Recorded[];
  /** Adds a rule; returns how often it has fired, so that a test can tell that its fault happened. */
  inject(rule: Rule): () => number;
  /** Forgets requests and rules. */
  reset(): void;
  stop(): Promise<void>;
}

/**
 * Starts an HTTP proxy before the server `target` (`host:port`). Clients talk to the proxy as if it were the
 * registry, so the Host header is passed on as it is.
 */
export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
  const requests: Recorded[] = [];
  let rules: { rule: Rule; fired: number }[] = [];

  const server = createServer((incoming, outgoing) => {
    const method = incoming.method ?? '';
    const path = (incoming.url ?? '').replace(/\?.*$/, '');
    requests.push({ method, path });
    const active = rules.find(
      ({ rule, fired }) =>
        rule.method === method && rule.path.test(path) && fired < (rule.times ?? Infinity),
    );
    if (active !== undefined) active.fired++;
    handle(incoming, outgoing, target, active?.rule.fault);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    writes: () => requests.filter(({ method }) => method !== 'GET' && method !== 'HEAD'),
    inject: (rule) => {
      const entry = { rule, fired: 0 };
      rules.push(entry);
      return () => entry.fired;
    },
    reset: () => {
      requests.length = 0;
      rules = [];
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function handle(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: string,
  fault: Fault | undefined,
): void {
  if (fault?.kind === 'silence') {
    incoming.resume();
    return;
  }
  if (fault?.kind === 'answer') {
    incoming.resume();
    incoming.on('end', () => {
      outgoing.writeHead(fault.status, fault.headers);
      outgoing.end(incoming.method === 'HEAD' ? undefined : fault.body);
    });
    return;
  }
  if (fault?.kind === 'hold') {
    fault.until().then(
      () => {
        handle(incoming, outgoing, target, undefined);
      },
      () => outgoing.destroy(),
    );
    return;
  }
  const [hostname, port] = target.split(':');
  const { method, url: path, headers } = incoming;
  const upstream = request({ hostname, port, method, path, headers, agent: false }, (answer) => {
    const chunks: Buffer[] = [];
    answer.on('data', (chunk: Buffer) => chunks.push(chunk));
    answer.on('end', () => {
      respond(outgoing, answer, Buffer.concat(chunks), method, fault);
    });
  });
  upstream.on('error', () => incoming.destroy());
  incoming.pipe(upstream);
}

function respond(
  outgoing: ServerResponse,
  answer: IncomingMessage,
  body: Buffer,
  method: string | undefined,
  fault: Exclude<Fault, { kind: 'answer' | 'silence' | 'hold' }> | undefined,
): void {
  const status = answer.statusCode ?? 502;
  switch (fault?.kind) {
    case undefined:
      outgoing.writeHead(status, answer.headers).end(body);
      return;
    case 'lose-answer':
      outgoing.destroy();
      return;
    case 'cut':
      outgoing.writeHead(status, answer.headers);
      outgoing.write(body.subarray(0, body.length / 2), () => outgoing.destroy());
      return;
    case 'alter': {
      const altered = fault.body?.(body) ?? body;
      const length = method === 'HEAD' ? {} : { 'content-length': String(altered.length) };
      outgoing.writeHead(status, { ...answer.headers, ...length, ...fault.headers }).end(altered);
    }
  }
}
