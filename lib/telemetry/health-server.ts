import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RmmError } from '../base/error.js';
import { type Health, readinessJson } from './health.js';
import type { Metrics } from './metrics.js';

/** What host and port are called where a person gives them. */
export interface AddressNames {
  readonly host: string;
  readonly port: string;
}

export interface HealthServerOptions {
  /** 127.0.0.1 is this machine only. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Default service.host and service.port. */
  readonly named?: AddressNames;
  readonly health: Health;
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>;
}

export interface HealthServer {
  readonly host: string;
  /** The port that was given, or the free one that was found. */
  readonly port: number;
  /** Ends at once but for answers that are on their way, which get a moment. */
  close(): Promise<void>;
}

/** A connection on which nothing moves is closed after this long. */
const silenceMs = 10_000;

/** An answer still on its way at the end has this long. */
const closingMs = 250;

const limits = {
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 8_192,
} as const;

/**
 * Serves /live, /ready and /metrics, to GET and HEAD.
 *
 * @throws service_address_unusable
 */
export async function openHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const server = createServer(limits, (request, response) => {
    answer(request, options)
      .catch((error: unknown) => plain(500, `the answer could not be made: ${String(error)}\n`))
      .then((made) => send(request, response, made));
  });
  server.maxConnections = 64;
  // Whoever asks and does not read holds a connection no longer.
  server.setTimeout(silenceMs);
  await listen(server, options);
  const { address, port } = server.address() as AddressInfo;
  return { host: address, port, close: () => close(server) };
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly allow?: string;
}

const plain = (status: number, body: string): Answer => ({ status, type: 'text/plain; charset=utf-8', body });

async function answer(request: IncomingMessage, { health, metrics }: HealthServerOptions): Promise<Answer> {
  const path = (request.url ?? '').split('?', 1)[0];
  if (path !== '/live' && path !== '/ready' && path !== '/metrics') {
    return plain(404, 'not found; here are /live, /ready and /metrics\n');
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { ...plain(405, 'only GET and HEAD\n'), allow: 'GET, HEAD' };
  }
  // That this line runs is the whole answer: a lost broker must not have the process killed.
  if (path === '/live') return plain(200, 'alive\n');
  if (path === '/metrics') return { status: 200, type: metrics.contentType, body: await metrics.text() };
  const readiness = health.readiness();
  return {
    status: readiness.ready ? 200 : 503,
    type: 'application/json; charset=utf-8',
    body: readinessJson(readiness),
  };
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, type, body, allow }: Answer,
): void {
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(allow === undefined ? {} : { allow }),
    // What came with a request that should have no body is not read.
    ...(request.method === 'GET' || request.method === 'HEAD' ? {} : { connection: 'close' }),
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function listen(server: Server, options: HealthServerOptions): Promise<void> {
  const { host, port } = options;
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(unusable(error, options)));
    server.listen({ host, port }, () => {
      server.removeAllListeners('error');
      // A connection that cannot be accepted (no file handles left) must not end the service.
      server.on('error', () => {});
      resolve();
    });
  });
}

function unusable(
  error: NodeJS.ErrnoException,
  { host, port, named = { host: 'service.host', port: 'service.port' } }: HealthServerOptions,
): RmmError {
  const whys: Readonly<Record<string, string>> = {
    EADDRINUSE: `another process has it; choose another ${named.port}, or 0 for a free one`,
    EACCES: `this user may not take it; choose a ${named.port} of 1024 or above, or 0 for a free one`,
    EADDRNOTAVAIL: `this machine has no such address; choose one of its own as ${named.host}, or 127.0.0.1`,
    ENOTFOUND: `the name leads to no address; choose an address of this machine as ${named.host}`,
  };
  const why = whys[error.code ?? ''] ?? `${error.message}; choose another ${named.host} or ${named.port}`;
  return new RmmError(
    'service_address_unusable',
    `cannot serve /live, /ready and /metrics on ${host} port ${port}: ${why}`,
    {
      context: { host, port, error: error.code },
      cause: error,
    },
  );
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => server.closeAllConnections(), closingMs);
    server.close(() => {
      clearTimeout(timer);
      resolve();
    });
    server.closeIdleConnections();
  });
}
