import { metricList } from '../../../lib/telemetry/metric-list.js';
import type { MetricSpec } from '../../../lib/telemetry/metric-spec.js';
import type { Sample } from '../../../lib/telemetry/metrics-text.js';
import type { Scrape } from '../../top/scrape.js';
import { processOf } from './distinct-pages.js';

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
/** So many processes are remembered one by one: a service that begins again is another one each time. */
const mostProcesses = 512;

/**
 * What the counters of a run say together, whatever becomes of the processes that count: each counts from its own start,
 * and what one had counted that has ended or does not answer now still counts. A process is known by when it began, at
 * whatever address; one that does not say it by its address.
 */
export class CounterMemory {
  /** The process that answered longest ago is first. */
  readonly #processes = new Map<string | number, Counters>();
  /** Of processes that are forgotten. */
  readonly #forgotten: Counters = new Map();

  /** Pages as they answered, with counters that only grow; and those of processes that do not answer any more. */
  take(scrapes: readonly Scrape[]): (readonly Sample[])[] {
    const gauges: Sample[] = [];
    for (const { address, samples, problem } of scrapes) {
      if (problem !== undefined) continue;
      const process = processOf(samples) ?? address;
      const known: Counters = this.#processes.get(process) ?? new Map();
      for (const sample of samples) {
        if (counters.has(sample.name)) count(known, sample);
        else gauges.push(sample);
      }
      this.#processes.delete(process);
      this.#processes.set(process, known);
    }
    for (const process of this.#processes.keys()) {
      if (this.#processes.size <= mostProcesses) break;
      this.#forget(process);
    }
    return [gauges, ...[...this.#processes.values(), this.#forgotten].map(shown)];
  }

  #forget(process: string | number): void {
    for (const [key, { sample, before, last }] of this.#processes.get(process)!) {
      if (this.#forgotten.size >= mostSeries && !this.#forgotten.has(key)) continue;
      const sum = this.#forgotten.get(key) ?? { sample, before: 0, last: 0 };
      sum.before += before + last;
      this.#forgotten.set(key, sum);
    }
    this.#processes.delete(process);
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
