import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { RmmError } from '../../../lib/base/error.js';
import { closeServer, listenOn, oneByOne, requestLimits } from '../../../lib/telemetry/http-listen.js';
import type { FrameMaker } from '../model/frames.js';
import { Access, isLoopback } from './access.js';
import { type Answer, html, plain, send } from './answer.js';
import { buildOf, openAssets, readAssets } from './assets.js';
import { loginHtml } from './page-html.js';
import { refusal } from './refusal.js';
import { findRoute, type RouteContext } from './routes.js';
import { Streams } from './streams.js';

export interface LiveServerOptions extends Pick<RouteContext, 'control' | 'pictures'> {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly token: string;
  /** Names by which it may be asked for, beside addresses and localhost. */
  readonly names: readonly string[];
  readonly maker: FrameMaker;
  readonly wallMs: () => number;
  /** Hears what kept an answer from being made. */
  readonly onTrouble: (error: unknown) => void;
}

export interface LiveServer {
  readonly host: string;
  readonly port: number;
  /** Whether looking needs the token. */
  readonly isLocal: boolean;
  /** Sends every page what it lacks. */
  push(): void;
  /** Pages that look on. */
  readonly pages: number;
  close(): Promise<void>;
}

const mostConnections = 96;
const mostPages = 24;
const longestPath = 512;
/** A connection on which nothing moves is closed after this long; a page hears something twice a second. */
const silenceMs = 30_000;

/**
 * Serves the live page. It never waits for a page, and holds for each no more than a frame.
 * @throws serve_address_unusable
 */
export async function openLiveServer(options: LiveServerOptions): Promise<LiveServer> {
  const { host, port, token, names, maker, wallMs, control, pictures, onTrouble } = options;
  const assets = readAssets();
  const streams = new Streams(maker, mostPages, buildOf(assets));
  const isLocal = isLoopback(host);
  let access: Access | undefined;
  const asked = oneByOne((request, response) => {
    // Before the port is known nothing is served.
    if (access === undefined) return void response.destroy();
    const context = { access, assets, streams, control, pictures, maker, wallMs };
    answer(request, response, context).catch((error: unknown) => {
      // One who went away in the middle of a request is no trouble.
      if (!request.destroyed || request.complete) onTrouble(error);
      if (response.headersSent) response.destroy();
      else send(request, response, plain(500, `the answer could not be made: ${reasonOf(error)}`));
    });
  });
  const server = createServer(requestLimits, asked);
  server.maxConnections = mostConnections;
  server.setTimeout(silenceMs);
  await listenOn(server, { host, port }, { host: 'HOST', port: 'PORT' }, (why, error) => {
    const message = `cannot serve the live page on ${host} port ${port}: ${why}`;
    return new RmmError('serve_address_unusable', message, {
      context: { host, port, error: error.code },
      cause: error,
    });
  });
  const address = server.address() as AddressInfo;
  access = new Access({ port: address.port, token, isLocal, names });
  return {
    host: address.address,
    port: address.port,
    isLocal,
    push: () => streams.push(wallMs()),
    get pages() {
      return streams.count;
    },
    close() {
      streams.close();
      return closeServer(server);
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  context: RouteContext,
): Promise<void> {
  const { access } = context;
  const { url = '', headers, method = '' } = request;
  const knock = access.toKnock(headers);
  if (knock !== 'fine') return send(request, response, refusal(knock));
  const asked = url.length > longestPath ? undefined : locate(url);
  const route = asked === undefined ? undefined : findRoute(asked.pathname, context.assets);
  const isOpen = asked !== undefined && openAssets.has(asked.pathname);
  if (!isOpen && route?.verdict !== 'own') {
    const look = access.toLook(headers);
    // Without the token nobody learns what is here.
    if (look !== 'fine') {
      const isPage = asked?.pathname === '/' && (method === 'GET' || method === 'HEAD');
      return send(request, response, isPage ? loginPage() : refusal(look));
    }
  }
  if (route === undefined || asked === undefined) return send(request, response, plain(404, 'not found'));
  const allowed = route.method === 'GET' ? ['GET', 'HEAD'] : [route.method];
  if (!allowed.includes(method))
    return send(request, response, plain(405, `only ${allowed.join(', ')}`, { allow: allowed.join(', ') }));
  const made = await route.answer({ request, response, query: asked.searchParams, context });
  if (made !== undefined) send(request, response, made);
}

/** Path and query of a request; undefined for what is no path. */
function locate(url: string): URL | undefined {
  if (!url.startsWith('/') || url.startsWith('//')) return undefined;
  try {
    return new URL(url, 'http://live');
  } catch {
    return undefined;
  }
}

function loginPage(): Answer {
  return { status: 401, type: html, body: loginHtml('') };
}

function reasonOf(error: unknown): string {
  return error instanceof RmmError ? error.message : 'see the log of the command';
}
