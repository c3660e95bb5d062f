import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RmmError } from '../base/error.js';
import { type Health, readinessJson } from './health.js';
import { type AddressNames, closeServer, listenOn, oneByOne, requestLimits } from './http-listen.js';
import type { Metrics } from './metrics.js';

export interface HealthServerOptions {
  /** 127.0.0.1 is this machine only. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Default service.host and service.port. */
  readonly named?: AddressNames;
  readonly health: Health;
  readonly metrics: Pick<Metrics, 'text' | 'contentType'>;
  /** Hears who has been given the metrics: the same name for the same one. */
  readonly onRead?: (reader: string) => void;
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

/**
 * Serves /live, /ready and /metrics, to GET and HEAD.
 *
 * @throws service_address_unusable
 */
export async function openHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const server = createServer(
    requestLimits,
    oneByOne((request, response) => {
      answer(request, options)
        .catch((error: unknown) => plain(500, `the answer could not be made: ${String(error)}\n`))
        .then((made) => {
          send(request, response, made);
          if (made.isMetrics === true && request.method === 'GET') options.onRead?.(readerOf(request));
        });
    }),
  );
  server.maxConnections = 64;
  // Whoever asks and does not read holds a connection no longer.
  server.setTimeout(silenceMs);
  const { host, port, named = serviceKeys } = options;
  await listenOn(server, { host, port }, named, (why, error) => unusable(why, error, host, port));
  const bound = server.address() as AddressInfo;
  return { host: bound.address, port: bound.port, close: () => closeServer(server) };
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly allow?: string;
  readonly isMetrics?: true;
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
  if (path === '/metrics')
    return { status: 200, type: metrics.contentType, body: await metrics.text(), isMetrics: true };
  const readiness = health.readiness();
  return {
    status: readiness.ready ? 200 : 503,
    type: 'application/json; charset=utf-8',
    body: readinessJson(readiness),
  };
}

/** On one machine a page and a Prometheus have the same address, and a new port may come with every request. */
function readerOf({ socket, headers }: IncomingMessage): string {
  return `${socket.remoteAddress} ${headers['user-agent']?.slice(0, 200)}`;
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

const serviceKeys: AddressNames = { host: 'service.host', port: 'service.port' };

function unusable(why: string, error: NodeJS.ErrnoException, host: string, port: number): RmmError {
  return new RmmError(
    'service_address_unusable',
    `cannot serve /live, /ready and /metrics on ${host} port ${port}: ${why}`,
    {
      context: { host, port, error: error.code },
      cause: error,
    },
  );
}
