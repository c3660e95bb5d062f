import { workerData } from 'node:worker_threads';

/** What a scraper is told: where, how often, and where it counts its answers. */
export interface ScraperData {
  readonly url: string;
  readonly everyMs: number;
  /** One count. */
  readonly answered: Int32Array;
}

// A thread of its own: whoever measures waits for the run.
const { url, everyMs, answered } = workerData as ScraperData;
setInterval(async () => {
  try {
    const answer = await fetch(url);
    await answer.text();
    if (answer.ok) Atomics.add(answered, 0, 1);
  } catch {
    // Before the run begins to serve, and after its end.
  }
}, everyMs);
