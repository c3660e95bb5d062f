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

const lookMs = 250;

/**
 * Shows how far a load is; the result ends that with a last look.
 * @param look undefined where brokers do not answer now
 * @param ordered events of the whole load, where that is known
 */
export function showLoad(
  progress: Progress,
  look: () => Promise<Delivered | undefined>,
  ordered: number | undefined,
  nowMs: () => number,
): () => Promise<SeenLoad> {
  const ending = new AbortController();
  let before: number | undefined;
  let events = 0;
  let first: Seen | undefined;
  let last: Seen | undefined;
  const see = (found: Delivered | undefined) => {
    if (found === undefined) return;
    if (before === undefined) {
      before = found.events;
      progress.start('amplify', ordered ?? 0, before);
    } else if (found.events > events) {
      progress.advance('amplify', found.events - events);
      last = { atMs: nowMs(), events: found.events };
      first ??= last;
    }
    events = found.events;
  };
  const showing = (async () => {
    while (!ending.signal.aborted) {
      see(await look());
      await sleep(lookMs, ending.signal).catch(() => {});
    }
  })();
  return async () => {
    ending.abort();
    await showing;
    see(await look());
    const seconds = first === undefined ? 0 : (last!.atMs - first.atMs) / 1000;
    const rate = seconds > 0 ? (last!.events - first!.events) / seconds : undefined;
    return { before: before ?? events, events, seconds, rate };
  };
}
