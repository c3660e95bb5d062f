import type { IncomingMessage, ServerResponse } from 'node:http';
import { type FrameMaker, nothingSent, type Sent } from '../model/frames.js';
import { safeHeaders } from './answer.js';

interface Client {
  readonly response: ServerResponse;
  sent: Sent;
  /** Since when it has not taken what was written; undefined where it has. */
  fullSinceMs: number | undefined;
}

/** A page that takes nothing for so long is let go; it comes back by itself. */
const patienceMs = 30_000;

/**
 * The pages that look on, by Server-Sent Events. A page is sent the next frame only when it has taken the last one: what
 * a slow page holds here is one frame, and its next one has everything that it has missed.
 */
export class Streams {
  readonly #maker: FrameMaker;
  readonly #most: number;
  readonly #build: string;
  readonly #clients = new Set<Client>();

  /** @param build another text for other scripts of the page */
  constructor(maker: FrameMaker, most: number, build: string) {
    this.#maker = maker;
    this.#most = most;
    this.#build = build;
  }

  get count(): number {
    return this.#clients.size;
  }

  get isFull(): boolean {
    return this.#clients.size >= this.#most;
  }

  open(request: IncomingMessage, response: ServerResponse, nowMs: number): void {
    response.writeHead(200, {
      ...safeHeaders('text/event-stream; charset=utf-8'),
      'x-accel-buffering': 'no',
    });
    // Of small frames none waits for the next.
    request.socket.setNoDelay(true);
    const client: Client = { response, sent: nothingSent, fullSinceMs: undefined };
    this.#clients.add(client);
    response.on('drain', () => {
      client.fullSinceMs = undefined;
    });
    response.on('close', () => this.#clients.delete(client));
    response.on('error', () => this.#clients.delete(client));
    // Before anything that scripts of another build could not read.
    response.write(`event: build\ndata: ${this.#build}\n\n`);
    this.#write(client, nowMs);
  }

  /** Sends every page what it lacks. */
  push(nowMs: number): void {
    for (const client of this.#clients) {
      if (client.fullSinceMs === undefined) this.#write(client, nowMs);
      else if (nowMs - client.fullSinceMs > patienceMs) client.response.destroy();
    }
  }

  close(): void {
    for (const { response } of this.#clients) response.end();
  }

  #write(client: Client, nowMs: number): void {
    const { json, sent } = this.#maker.next(client.sent, nowMs);
    client.sent = sent;
    // JSON has no line break outside strings, and in strings they are escaped.
    if (!client.response.write(`data: ${json}\n\n`)) client.fullSinceMs = nowMs;
  }
}
