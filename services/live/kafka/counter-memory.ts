import { metricList } from '../../../lib/telemetry/metric-list.js';
import type { MetricSpec } from '../../../lib/telemetry/metric-spec.js';
import type { Sample } from '../../../lib/telemetry/metrics-text.js';
import type { Scrape } from '../../top/scrape.js';

const counters: ReadonlySet<string> = new Set(
  Object.values(metricList as Record<string, MetricSpec>)
    .filter(({ type }) => type === 'counter')
    .map(({ name }) => name),
);

interface Counter {
  readonly sample: Sample;
  /** What processes before the present one had counted here. */
  before: number;
  last: number;
}

type Counters = Map<string, Counter>;

/** A service of ours has some hundred series; who has more is no service of ours. */
const mostSeries = 4_000;
/** So many addresses are remembered one by one: a service that moves takes a new one each time. */
const mostAddresses = 512;

/**
 * What the counters of a run say together, whatever becomes of the processes that count: each counts from its own start,
 * and what one had counted that has ended or does not answer now still counts.
 */
export class CounterMemory {
  /** The address that answered longest ago is first. */
  readonly #addresses = new Map<string, Counters>();
  /** Of addresses that are forgotten. */
  readonly #forgotten: Counters = new Map();

  /** Pages as they answered, with counters that only grow; and those of addresses that do not answer any more. */
  take(scrapes: readonly Scrape[]): (readonly Sample[])[] {
    const gauges: Sample[] = [];
    for (const { address, samples, problem } of scrapes) {
      if (problem !== undefined) continue;
      const known: Counters = this.#addresses.get(address) ?? new Map();
      for (const sample of samples) {
        if (counters.has(sample.name)) count(known, sample);
        else gauges.push(sample);
      }
      this.#addresses.delete(address);
      this.#addresses.set(address, known);
    }
    for (const address of this.#addresses.keys()) {
      if (this.#addresses.size <= mostAddresses) break;
      this.#forget(address);
    }
    return [gauges, ...[...this.#addresses.values(), this.#forgotten].map(shown)];
  }

  #forget(address: string): void {
    for (const [key, { sample, before, last }] of this.#addresses.get(address)!) {
      const sum = this.#forgotten.get(key) ?? { sample, before: 0, last: 0 };
      sum.before += before + last;
      this.#forgotten.set(key, sum);
    }
    this.#addresses.delete(address);
  }
}

function count(known: Counters, sample: Sample): void {
  const { name, labels, value } = sample;
  const key = JSON.stringify([name, ...[...labels].sort(([a], [b]) => (a < b ? -1 : 1))]);
  const counter = known.get(key) ?? { sample, before: 0, last: 0 };
  if (known.size >= mostSeries && !known.has(key)) return;
  // Another process has begun behind the address.
  if (value < counter.last) counter.before += counter.last;
  counter.last = value;
  known.set(key, counter);
}

function shown(counters: Counters): readonly Sample[] {
  return [...counters.values()].map(({ sample, before, last }) => ({ ...sample, value: before + last }));
}
