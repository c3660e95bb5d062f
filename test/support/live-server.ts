import assert from 'node:assert/strict';
import { type IncomingHttpHeaders, request } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { type LiveServer, openLiveServer } from '../../services/live/http/live-server.js';
import type { LiveControl } from '../../services/live/http/routes.js';
import { embeddedFlow } from '../../services/live/model/embedded-flow.js';
import { FrameMaker } from '../../services/live/model/frames.js';
import { LiveModel } from '../../services/live/model/live-model.js';
import type { Frame } from '../../services/live/shared/snapshot.js';

/** The token of the served page. */
export const token = 'a-token-of-twenty-five-ch';

interface Got {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface World {
  readonly server: LiveServer;
  readonly model: LiveModel;
  readonly orders: string[];
  /** Ids of the events that were asked for. */
  readonly shown: readonly string[];
  /** What kept answers from being made. */
  readonly troubles: readonly unknown[];
  /** Why orders are not followed; undefined where they are. */
  refusal: string | undefined;
  ask(
    path: string,
    more?: { method?: string; headers?: Record<string, string>; body?: string },
  ): Promise<Got>;
}

export interface WorldOptions {
  /** As if other machines could reach it. */
  readonly isOpen?: boolean;
  /** 0, the usual, takes a free one. */
  readonly port?: number;
  readonly token?: string;
  readonly title?: string;
  readonly limits?: readonly string[];
  /** Tells servers apart that follow each other on a port. */
  readonly name?: string;
}

/** A server of a model that nobody runs; whoever opens it closes it. */
export async function openWorld(options: WorldOptions = {}): Promise<World> {
  const model = new LiveModel({
    engine: 'embedded',
    title: options.title ?? '<img src=x onerror=alert(1)>',
    flow: embeddedFlow,
    phases: [],
    control: { available: true, why: '' },
    limits: options.limits ?? [],
    score: { score: 'error', isLog: true, luminosityFb: 10, luminosityOf: 'configuration' },
    startedMs: 0,
  });
  const orders: string[] = [];
  const shown: string[] = [];
  const troubles: unknown[] = [];
  const note = (order: string) => {
    if (world.refusal === undefined) orders.push(order);
    return world.refusal;
  };
  const control: LiveControl = {
    pause: () => note('pause'),
    resume: () => note('resume'),
    drain: () => note('drain'),
  };
  const server = await openLiveServer({
    host: options.isOpen === true ? '0.0.0.0' : '127.0.0.1',
    port: options.port ?? 0,
    token: options.token ?? token,
    names: [],
    maker: new FrameMaker(model, options.name ?? 'server-1'),
    control,
    pictures: async (id) => {
      shown.push(id);
      if (id === 'ffffffffffff0000') throw new Error('the disk is gone');
      if (id !== '0123456789abcdef') return undefined;
      return {
        detail: { id, noDisplay: '', noMatrix: 'none', objects: [], met: undefined, cells: [] },
        display: '<svg xmlns="http://www.w3.org/2000/svg" stroke="var(--ink)"/>',
        matrix: undefined,
      };
    },
    wallMs: () => 1_000,
    onTrouble: (error) => troubles.push(error),
  });
  const ask: World['ask'] = (path, { method = 'GET', headers = {}, body: sent = '' } = {}) =>
    new Promise((resolve, reject) => {
      const out = request(
        { host: '127.0.0.1', port: server.port, path, method, headers, agent: false },
        (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (part: string) => {
            text += part;
          });
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text }),
          );
        },
      );
      out.on('error', reject);
      out.end(sent);
    });
  const world: World = { server, model, orders, shown, troubles, refusal: undefined, ask };
  return world;
}

/** A server on a free port; `isOpen` serves it as if other machines could reach it. */
export async function serving(body: (world: World) => Promise<void>, isOpen = false): Promise<void> {
  const world = await openWorld({ isOpen });
  try {
    await body(world);
  } finally {
    await world.server.close();
  }
}

/** Another server on the same port. */
export async function follow(before: World, options: WorldOptions): Promise<World> {
  await before.server.close();
  return openWorld({ port: before.server.port, name: 'server-2', ...options });
}

/** Frames twice a second, as a run sends them. */
export async function ticking(world: World, body: () => Promise<void>): Promise<void> {
  const timer = setInterval(() => world.server.push(), 500);
  try {
    await body();
  } finally {
    clearInterval(timer);
  }
}

/** Reads a stream; `frames` are those so far. */
export function listen(port: number, headers: Record<string, string> = {}) {
  const frames: Frame[] = [];
  let text = '';
  const out = request({ host: '127.0.0.1', port, path: '/stream', headers, agent: false }, (response) => {
    response.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        // Before them comes an event that names the build.
        if (text.startsWith('data: ')) frames.push(JSON.parse(text.slice('data: '.length, end)) as Frame);
        text = text.slice(end + 2);
      }
    });
    response.on('error', () => {});
  });
  out.on('error', () => {});
  out.end();
  return { frames, stop: () => out.destroy() };
}

/** Waits until it holds, five seconds at most. */
export async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 500 && !holds(); tries += 1) await wait(10);
  assert.ok(holds());
}
