import { invariant } from '../base/error.js';
import type { Stage } from './metric-list.js';
import type { Metrics } from './metrics.js';

const counters = [
  'inputBatches',
  'inputEvents',
  'inputBytes',
  'outputBatches',
  'outputEvents',
  'outputBytes',
  'busySeconds',
] as const;
type Counter = (typeof counters)[number];

/**
 * What a stage counts with every batch, thousands of times a second in a training: summed here, and given to the metrics
 * when somebody looks.
 */
export class StageSums {
  readonly #sums: Record<Counter, number>;

  /** The counters begin at 0, so that a rate can be taken from the first event on. */
  constructor(metrics: Metrics, stage: Stage) {
    this.#sums = Object.fromEntries(counters.map((counter) => [counter, 0])) as Record<Counter, number>;
    for (const counter of counters) metrics.add(counter, { stage }, 0);
    metrics.onScrape(() => {
      for (const counter of counters) {
        const sum = this.#sums[counter];
        this.#sums[counter] = 0;
        if (sum > 0) metrics.add(counter, { stage }, sum);
      }
    });
  }

  /** @param amount finite, not negative */
  add(counter: Counter, amount: number): void {
    // The text is made only where it is needed.
    if (!(amount >= 0 && amount < Number.POSITIVE_INFINITY))
      invariant(false, `counter ${counter}: ${amount}`);
    this.#sums[counter] += amount;
  }
}
