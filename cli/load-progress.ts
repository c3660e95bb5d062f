import { sleep } from '../lib/flow/backoff.js';
import type { Progress } from '../lib/telemetry/progress.js';
import type { Delivered } from '../services/amplify/load/delivered.js';

/** How many events were on the topic at a moment. */
interface Seen {
  readonly atMs: number;
  readonly events: number;
}

/** What was seen of a load while it went on. */
export interface SeenLoad {
  /** Events on the topic at the first look, and at the last one. */
  readonly before: number;
  readonly events: number;
  /** From the first events that were seen to come to the last ones, and their rate in that time. */
  readonly seconds: number;
  readonly rate: number | undefined;
}

export interface LoadView {
  readonly progress: Progress;
  /** undefined where brokers do not answer now. */
  readonly look: () => Promise<Delivered | undefined>;
  /** Events of the whole load, where that is known. */
  readonly ordered: number | undefined;
  /** A clock that never goes back. */
  readonly nowMs: () => number;
}

const lookMs = 250;

/**
 * Does `work` and shows meanwhile how far a load is. It looks a last time when the work is done, and no more once it
 * has failed. @throws what the work throws
 */
export async function whileShown<Result>(
  view: LoadView,
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly seen: SeenLoad }> {
  const load = new ShownLoad(view);
  const ending = new AbortController();
  const showing = (async () => {
    while (!ending.signal.aborted) {
      await load.look();
      await sleep(lookMs, ending.signal).catch(() => {});
    }
  })();
  // It is heard of below.
  showing.catch(() => {});
  let result: Result;
  try {
    result = await work();
  } finally {
    ending.abort();
  }
  await showing;
  await load.look();
  return { result, seen: load.seen() };
}

class ShownLoad {
  readonly #view: LoadView;
  #before: number | undefined;
  #events = 0;
  #first: Seen | undefined;
  #last: Seen | undefined;

  constructor(view: LoadView) {
    this.#view = view;
  }

  async look(): Promise<void> {
    const { look, progress, ordered, nowMs } = this.#view;
    const found = await look();
    if (found === undefined) return;
    const { events } = found;
    if (this.#before === undefined) {
      this.#before = events;
      progress.start('amplify', ordered ?? 0, events);
    } else if (events > this.#events) {
      progress.advance('amplify', events - this.#events);
      this.#last = { atMs: nowMs(), events };
      this.#first ??= this.#last;
    }
    this.#events = events;
  }

  seen(): SeenLoad {
    const [first, last] = [this.#first, this.#last];
    const seconds = first === undefined ? 0 : (last!.atMs - first.atMs) / 1000;
    const rate = seconds > 0 ? (last!.events - first!.events) / seconds : undefined;
    return { before: this.#before ?? this.#events, events: this.#events, seconds, rate };
  }
}
