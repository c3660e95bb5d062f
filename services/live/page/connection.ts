import type { Frame } from '../shared/snapshot.js';

export type LinkState = 'here' | 'lost';

export interface LinkFacts {
  /** How long ago the last word came; undefined before the first. */
  readonly sinceMs: number | undefined;
  /** Whether the server is there, and has no place for a further page. */
  readonly isFull: boolean;
  /** Whether it is there, and asks for a token that this tab does not have. */
  readonly isLocked: boolean;
}

export interface ConnectionOptions {
  readonly onFrame: (frame: Frame) => void;
  readonly onState: (state: LinkState, facts: LinkFacts) => void;
  /** The server asks for a token again; whether it has been given. */
  readonly onLocked: () => Promise<boolean>;
  /** The server has come back with other scripts than those of this page. */
  readonly onOtherBuild: () => void;
}

/** Without a word for so long the server counts as lost: it sends one every half second. */
const silenceMs = 5_000;
/** The first word holds all there is, and may come over a slow line. */
const patienceMs = 20_000;
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
  /** Until when the present stream has time for its next word. */
  #untilMs = 0;
  #isFull = false;
  #isLocked = false;
  /** Of the scripts of the server, as it said at first: those of this page. */
  #build: string | undefined;
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
    this.#untilMs = performance.now() + patienceMs;
    source.addEventListener('build', ({ data }) => {
      this.#build ??= data as string;
      if (data === this.#build) return;
      // What it sends is not for these scripts.
      source.close();
      this.#options.onOtherBuild();
    });
    source.onmessage = ({ data }) => {
      this.#lastMs = performance.now();
      this.#untilMs = this.#lastMs + silenceMs;
      this.#pauseMs = firstPauseMs;
      this.#isFull = false;
      this.#isLocked = false;
      this.#options.onState('here', this.#facts());
      this.#options.onFrame(JSON.parse(data as string) as Frame);
    };
    source.onerror = () => {
      if (this.#source === source) this.#lose();
    };
  }

  #watch(): void {
    if (this.#source === undefined) this.#options.onState('lost', this.#facts());
    else if (performance.now() > this.#untilMs) this.#lose();
  }

  #lose(): void {
    this.#source?.close();
    this.#source = undefined;
    this.#options.onState('lost', this.#facts());
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#comeBack(), this.#pauseMs);
    this.#pauseMs = Math.min(longestPauseMs, this.#pauseMs * 2);
  }

  /** A stream that is refused does not say why: a plain question does. */
  async #comeBack(): Promise<void> {
    // What a browser prints of an address that does not answer cannot be kept from its console.
    const answer = await fetch('/stream', {
      method: 'HEAD',
      cache: 'no-store',
      signal: AbortSignal.timeout(patienceMs),
    }).catch(() => undefined);
    this.#isFull = answer?.status === 503;
    const isLocked = answer?.status === 401;
    const isOpen = isLocked ? await this.#options.onLocked() : answer?.ok === true;
    this.#isLocked = isLocked && !isOpen;
    // Meanwhile it may have been opened by hand.
    if (this.#source !== undefined) return;
    if (isOpen) this.open();
    else this.#lose();
  }

  #facts(): LinkFacts {
    const sinceMs = this.#lastMs === undefined ? undefined : performance.now() - this.#lastMs;
    return { sinceMs, isFull: this.#isFull, isLocked: this.#isLocked };
  }
}
