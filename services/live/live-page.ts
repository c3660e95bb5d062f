import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { LoadedConfig } from '../../lib/config/index.js';
import { type LiveServer, openLiveServer } from './http/live-server.js';
import type { LiveControl } from './http/routes.js';
import { FrameMaker } from './model/frames.js';
import type { LiveModel } from './model/live-model.js';
import { EventReader } from './scores/event-reader.js';
import { ScoreReader } from './scores/score-reader.js';
import { openThread } from './scores/task-thread.js';
import type { BoardTask } from './scores/tasks.js';
import type { ServeAddress } from './serve-address.js';
import { type Token, tokenVariable } from './token.js';

export interface LivePageOptions {
  readonly loaded: LoadedConfig;
  readonly address: ServeAddress;
  readonly token: Token;
  readonly model: LiveModel;
  readonly control: LiveControl | undefined;
  /** Wall clock. */
  readonly wallMs: () => number;
  /** Hears where the page is, and what a person should know of it. */
  readonly say: (text: string) => void;
  /** Done before every tick. */
  readonly beforeTick?: () => void;
}

/** How often rates are taken and pages hear something. */
const tickMs = 500;
/** Distributions of many processes are large: they are asked for at every second tick only. */
const scoresEvery = 2;
/** Troubles are told so often: a run has many files, and the page counts those that cannot be read. */
const mostTold = 5;

/** The live page of one command: model, readers of scores and events, and server, and the tick that drives them. */
export class LivePage {
  readonly server: LiveServer;
  readonly scores: ScoreReader;
  readonly #events: EventReader;
  readonly #options: LivePageOptions;
  readonly #timer: NodeJS.Timeout;
  #hasFailed = false;
  #ticks = 0;

  private constructor(
    options: LivePageOptions,
    server: LiveServer,
    scores: ScoreReader,
    events: EventReader,
  ) {
    this.#options = options;
    this.server = server;
    this.scores = scores;
    this.#events = events;
    this.#timer = setInterval(() => this.tick(), tickMs).unref();
  }

  /** @throws serve_address_unusable */
  static async open(options: LivePageOptions): Promise<LivePage> {
    const { loaded, address, token, model, control, wallMs, say } = options;
    const onTrouble = troubles(say);
    const scores = new ScoreReader({
      open: () => openThread(loaded, 'score-thread', (task) => (task as BoardTask).kind),
      onSection: (section) => model.scores(section),
      onTrouble,
      onEnd: (why) => model.lacks(`Scores are not read any more, what is shown stays: ${why}.`),
    });
    const events = new EventReader({
      entryOf: (id) => scores.entry(id),
      open: () => openThread(loaded, 'event-thread', () => 'an event'),
    });
    try {
      const server = await openLiveServer({
        ...address,
        token: token.text,
        names: [...loaded.config.live.names, hostname()],
        maker: new FrameMaker(model, randomBytes(8).toString('hex')),
        control,
        pictures: (id, isShown) => events.event(id, isShown),
        wallMs,
        onTrouble,
      });
      for (const line of welcome(server, token)) say(line);
      return new LivePage(options, server, scores, events);
    } catch (error) {
      await scores.close();
      throw error;
    }
  }

  /** Another run begins: nothing of the one before is shown any more. */
  restart(): void {
    const { model, wallMs } = this.#options;
    model.restart(wallMs());
    this.scores.restart();
    this.#events.restart();
  }

  tick(): void {
    const { model, wallMs, beforeTick, say } = this.#options;
    try {
      beforeTick?.();
      this.#ticks += 1;
      if (this.#ticks % scoresEvery === 0) this.scores.refresh();
      model.tick(wallMs());
      this.server.push();
    } catch (error) {
      // A page is no reason to end the run beside which it stands.
      if (!this.#hasFailed) say(troubleOf(error));
      this.#hasFailed = true;
    }
  }

  /** Sends the last state, and ends. */
  async close(): Promise<void> {
    // Whoever looks on sees the end; for nobody the command is not held up.
    if (this.server.pages > 0) await this.scores.settle();
    clearInterval(this.#timer);
    this.tick();
    await this.server.close();
    await this.#events.close();
    await this.scores.close();
  }
}

/** Says what goes wrong with the page: the first of it only. */
function troubles(say: (text: string) => void): (error: unknown) => void {
  let told = 0;
  return (error) => {
    told += 1;
    if (told <= mostTold) say(troubleOf(error));
    if (told === mostTold) say('live page: no more of this is told here');
  };
}

function troubleOf(error: unknown): string {
  return `live page: ${error instanceof Error ? error.message : String(error)}`;
}

/** Where the page is. The token stands behind a #, which browsers keep to themselves. */
function welcome({ host, port, isLocal }: LiveServer, { text, isNew }: Token): string[] {
  const name = host === '0.0.0.0' || host === '::' ? hostname() : host.includes(':') ? `[${host}]` : host;
  const page = `http://${name}:${port}/`;
  const link = isNew ? `${page}#token=${encodeURIComponent(text)}` : page;
  const given = isNew ? '' : `; the token is that of ${tokenVariable}`;
  if (isLocal) return [`live page: ${link} (this machine only${given})`];
  return [
    `live page: ${link}`,
    `  It can be reached from other machines, so everything on it asks for the token${given}. The connection is not encrypted: over a net that you do not trust, put TLS before it or use a tunnel (docs/live.md).`,
  ];
}
