import { largest } from '../../lib/base/largest.js';
import { type MetricKey, metricList, stages } from '../../lib/telemetry/metric-list.js';
import type { Sample } from '../../lib/telemetry/metrics-text.js';
import type { Scrape } from './scrape.js';

/** A stage of a process, or an address that does not answer. Numbers that are not known are undefined. */
export interface TopRow {
  readonly address: string;
  readonly stage: string | undefined;
  /** State of the process, or why it does not answer. */
  readonly state: string;
  readonly isAnswering: boolean;
  readonly eventsInPerSecond: number | undefined;
  readonly eventsOutPerSecond: number | undefined;
  readonly bytesInPerSecond: number | undefined;
  readonly lagRecords: number | undefined;
  readonly lagSeconds: number | undefined;
  /** Seconds of work in a second; above 1 where partitions or threads work at the same time. */
  readonly busy: number | undefined;
  readonly queuedBatches: number | undefined;
  readonly deadLetters: number | undefined;
  readonly errors: number | undefined;
  /** Of the whole process. */
  readonly residentBytes: number | undefined;
}

/** Rows of one or two scrapes, address by address and stage by stage. Rates need the one before. */
export function topRows(before: readonly Scrape[], now: readonly Scrape[]): TopRow[] {
  return now.flatMap((scrape) => {
    const earlier = before.find(({ address }) => address === scrape.address);
    return rowsOf(scrape, earlier?.problem === undefined ? earlier : undefined);
  });
}

const nothing = {
  eventsInPerSecond: undefined,
  eventsOutPerSecond: undefined,
  bytesInPerSecond: undefined,
  lagRecords: undefined,
  lagSeconds: undefined,
  busy: undefined,
  queuedBatches: undefined,
  deadLetters: undefined,
  errors: undefined,
  residentBytes: undefined,
} as const;

function rowsOf(scrape: Scrape, before: Scrape | undefined): TopRow[] {
  const { address, problem, samples } = scrape;
  if (problem !== undefined)
    return [{ address, stage: undefined, state: problem, isAnswering: false, ...nothing }];
  const state = stateOf(samples);
  const residentBytes = samples.find(
    ({ name, labels }) => name === metricList.memory.name && labels.get('area') === 'resident',
  )?.value;
  const seen = new Set(samples.flatMap(({ labels }) => labels.get('stage') ?? []));
  const known: readonly string[] = stages.filter((stage) => seen.has(stage));
  const rows = known.map((stage): TopRow => {
    const sum = (key: MetricKey) => total(samples, key, stage);
    const seconds = before === undefined ? 0 : (scrape.atMs - before.atMs) / 1000;
    const rate = (key: MetricKey) => {
      const value = sum(key);
      if (before === undefined || value === undefined || seconds <= 0) return undefined;
      const earlier = total(before.samples, key, stage) ?? 0;
      // A process that was started again counts from 0.
      return (value >= earlier ? value - earlier : value) / seconds;
    };
    return {
      address,
      stage,
      state,
      isAnswering: true,
      eventsInPerSecond: rate('inputEvents'),
      eventsOutPerSecond: rate('outputEvents'),
      bytesInPerSecond: rate('inputBytes'),
      lagRecords: sum('lagRecords'),
      lagSeconds: largest(valuesOf(samples, 'lagSeconds', stage)),
      busy: rate('busySeconds'),
      queuedBatches: sum('queueBatches'),
      deadLetters: sum('deadLetters'),
      errors: sum('errors'),
      residentBytes,
    };
  });
  if (rows.length > 0) return rows;
  return [{ address, stage: undefined, state, isAnswering: true, ...nothing, residentBytes }];
}

function stateOf(samples: readonly Sample[]): string {
  const of = (name: string) => samples.filter((sample) => sample.name === name);
  const state =
    of(metricList.serviceState.name)
      .find(({ value }) => value === 1)
      ?.labels.get('state') ?? 'answers';
  const isUnready = of(metricList.serviceReady.name).some(({ value }) => value === 0);
  return state === 'running' && isUnready ? 'not ready' : state;
}

function valuesOf(samples: readonly Sample[], key: MetricKey, stage: string): number[] {
  const { name } = metricList[key];
  return samples.flatMap((sample) =>
    sample.name === name && sample.labels.get('stage') === stage ? [sample.value] : [],
  );
}

/** A metric of a stage, summed over its series; undefined where there are none. */
export function total(samples: readonly Sample[], key: MetricKey, stage: string): number | undefined {
  const values = valuesOf(samples, key, stage);
  return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
}
