import type { IncomingMessage, ServerResponse } from 'node:http';
import { dark, light, resolveProperties } from '../../report/render/theme.js';
import { type FrameMaker, nothingSent } from '../model/frames.js';
import type { Asked as AskedEvent } from '../scores/event-reader.js';
import type { EventPictures } from '../scores/tasks.js';
import type { Access } from './access.js';
import { type Answer, bodyOf, html, json, jsonAnswer, plain, svg } from './answer.js';
import { loginHtml } from './page-html.js';
import { refusal } from './refusal.js';
import type { Streams } from './streams.js';

/** What a page can ask of a run; each says why it is not done, or nothing where it is. */
export interface LiveControl {
  pause(): string | undefined;
  resume(): string | undefined;
  drain(): string | undefined;
}

export interface RouteContext {
  readonly access: Access;
  readonly assets: ReadonlyMap<string, Answer>;
  readonly streams: Streams;
  readonly maker: FrameMaker;
  /** Undefined where the engine cannot be told anything. */
  readonly control: LiveControl | undefined;
  /** @param isShown the facts of the event have been asked for just before */
  readonly pictures: (id: string, isShown: boolean) => Promise<AskedEvent>;
  readonly wallMs: () => number;
}

export interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  readonly context: RouteContext;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** `own` judges for itself who may; all others are for those who may look. */
  readonly verdict: 'look' | 'own';
  /** Undefined where the answer has been given, or goes on. */
  readonly answer: (asked: Asked) => Promise<Answer | undefined> | Answer | undefined;
}

const mostBodyBytes = 2_048;
/** Over Kafka an event may have to be looked for in all files of features: its connection is not taken for a silent one. */
const eventMs = 600_000;

/** Everything that is served, by path. */
const routes: Readonly<Record<string, Route>> = {
  '/stream': { method: 'GET', verdict: 'look', answer: openStream },
  '/snapshot': {
    method: 'GET',
    verdict: 'look',
    answer: ({ context }) => ({
      status: 200,
      type: json,
      body: context.maker.next(nothingSent, context.wallMs()).json,
    }),
  },
  '/event': { method: 'GET', verdict: 'look', answer: (asked) => event(asked, false, detail) },
  '/event/display.svg': {
    method: 'GET',
    verdict: 'look',
    answer: (asked) => event(asked, true, picture('display')),
  },
  '/event/matrix.svg': {
    method: 'GET',
    verdict: 'look',
    answer: (asked) => event(asked, true, picture('matrix')),
  },
  '/login': { method: 'POST', verdict: 'own', answer: login },
  '/control/pause': { method: 'POST', verdict: 'own', answer: (asked) => order(asked, 'pause') },
  '/control/resume': { method: 'POST', verdict: 'own', answer: (asked) => order(asked, 'resume') },
  '/control/drain': { method: 'POST', verdict: 'own', answer: (asked) => order(asked, 'drain') },
};

/** The route of a path: an exact name, so that no path leads anywhere else. */
export function findRoute(path: string, assets: ReadonlyMap<string, Answer>): Route | undefined {
  if (Object.hasOwn(routes, path)) return routes[path];
  const asset = assets.get(path);
  return asset && { method: 'GET', verdict: 'look', answer: () => asset };
}

function openStream({ request, response, context }: Asked): Answer | undefined {
  const { streams, wallMs } = context;
  if (streams.isFull)
    return plain(503, 'as many pages as there may be look on already', { 'retry-after': '10' });
  if (request.method === 'HEAD') return plain(200, '');
  streams.open(request, response, wallMs());
  return undefined;
}

async function event(
  { request, query, context }: Asked,
  isShown: boolean,
  show: (pictures: EventPictures, theme: string | null) => Answer,
): Promise<Answer> {
  const id = query.get('id') ?? '';
  // Node sets it back with the next request of the connection.
  request.socket.setTimeout(eventMs);
  const found = /^[0-9a-f]{16}$/.test(id) ? await context.pictures(id, isShown) : undefined;
  if (found === 'busy') return plain(503, 'as many events as may wait to be drawn', { 'retry-after': '10' });
  if (found === undefined) return plain(404, 'not among the most anomalous events (any more)');
  return show(found, query.get('theme'));
}

function detail(pictures: EventPictures): Answer {
  return jsonAnswer(pictures.detail);
}

function picture(which: 'display' | 'matrix') {
  return (pictures: EventPictures, theme: string | null): Answer => {
    const drawn = pictures[which];
    if (drawn === undefined) return plain(404, 'there is no such picture');
    const colours = theme === 'dark' ? dark : light;
    return { status: 200, type: svg, body: resolveProperties(drawn, colours) };
  };
}

/** The form for the token: a cookie for whoever has it. */
async function login({ request, context }: Asked): Promise<Answer> {
  const { access } = context;
  const verdict = access.toAsk(request.headers);
  if (verdict !== 'fine') return refusal(verdict);
  const body = await bodyOf(request, mostBodyBytes);
  if (body === undefined) return plain(413, `a token has at most ${mostBodyBytes} bytes`);
  const token = new URLSearchParams(body).get('token') ?? '';
  if (!access.isToken(token)) return { status: 401, type: html, body: loginHtml('That is not the token.') };
  return plain(303, 'welcome', { location: '/', 'set-cookie': access.cookie });
}

async function order({ request, context }: Asked, what: keyof LiveControl): Promise<Answer> {
  const verdict = context.access.toChange(request.headers);
  if (verdict !== 'fine') return refusal(verdict);
  const body = await bodyOf(request, mostBodyBytes);
  if (body === undefined) return plain(413, 'an order has no body');
  if (context.control === undefined) return plain(409, 'this run cannot be told anything from here');
  const refused = context.control[what]();
  return refused === undefined ? plain(202, 'told') : plain(409, refused);
}
