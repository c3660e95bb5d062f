import type { Frame } from '../shared/snapshot.js';

export type LinkState = 'here' | 'lost';

export interface ConnectionOptions {
  readonly onFrame: (frame: Frame) => void;
  /** @param sinceMs how long ago the last word came; undefined before the first */
  readonly onState: (state: LinkState, sinceMs: number | undefined) => void;
  /** The server asks for a token again. */
  readonly onLocked: () => void;
}

/** Without a word for so long the server counts as lost: it sends one every half second. */
const silenceMs = 5_000;
const firstPauseMs = 500;
const longestPauseMs = 5_000;

/**
 * Listens to the server, and comes back by itself when it is lost. A stream of its own pauses: EventSource gives up for
 * ever after an answer that is no stream, as a server has that is just starting.
 */
export class Connection {
  readonly #options: ConnectionOptions;
  #source: EventSource | undefined;
  #pauseMs = firstPauseMs;
  #lastMs: number | undefined;
  #timer: number | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    setInterval(() => this.#watch(), 1_000);
    this.open();
  }

  open(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    const source = new EventSource('/stream');
    this.#source = source;
    source.onmessage = ({ data }) => {
      this.#lastMs = performance.now();
      this.#pauseMs = firstPauseMs;
      this.#options.onState('here', 0);
      this.#options.onFrame(JSON.parse(data as string) as Frame);
    };
    source.onerror = () => {
      if (this.#source === source) this.#lose();
    };
  }

  #watch(): void {
    if (
      this.#source !== undefined &&
      this.#lastMs !== undefined &&
      performance.now() - this.#lastMs > silenceMs
    )
      this.#lose();
    else if (this.#source === undefined) this.#options.onState('lost', this.#since());
  }

  #lose(): void {
    this.#source?.close();
    this.#source = undefined;
    this.#options.onState('lost', this.#since());
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#comeBack(), this.#pauseMs);
    this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2);
  }

  /** A stream that is refused does not say why: a plain question does. */
  async #comeBack(): Promise<void> {
    // What a browser prints of an address that does not answer cannot be kept from its console.
    const answer = await fetch('/snapshot', { method: 'HEAD', cache: 'no-store' }).catch(() => undefined);
    if (answer?.status === 401) this.#options.onLocked();
    if (answer?.ok === true) this.open();
    else this.#lose();
  }

  #since(): number | undefined {
    return this.#lastMs === undefined ? undefined : performance.now() - this.#lastMs;
  }
}
