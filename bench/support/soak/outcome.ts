import { formatBytes, formatCount, formatRate } from '../../../lib/telemetry/format.js';
import { type Flatness, flatnessOf } from './flatness.js';
import type { Samples } from './samples.js';

/** How long events were on their way, in seconds. */
export interface Latency {
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  readonly blocks: number;
}

/** What an engine has done in a soak. */
export interface Soaked {
  readonly events: number;
  readonly seconds: number;
  readonly latency: Latency;
  /** From what to what the latency is, and how it was taken. */
  readonly latencyIs: string;
  /** The account of the events, in words, and whether it closes. */
  readonly ledger: string;
  readonly isClosed: boolean;
}

export interface Verdict extends Soaked {
  readonly engine: string;
  readonly warmUpSeconds: number;
  readonly flatness: readonly Flatness[];
  readonly isFlat: boolean;
}

/** Quantities that have to be flat; of the others the largest value is told. */
const judged = new Set(['resident', 'resident_between_runs', 'descriptors']);

export function judge(engine: string, soaked: Soaked, samples: Samples, warmUpSeconds: number): Verdict {
  const flatness = samples.all.flatMap((series) => flatnessOf(series, warmUpSeconds) ?? []);
  const own = flatness.filter(({ quantity }) => judged.has(quantity));
  const isFlat = own.length > 0 && own.every((found) => found.isFlat);
  return { ...soaked, engine, warmUpSeconds, flatness, isFlat };
}

export function verdictText(verdict: Verdict): string {
  const { engine, events, seconds, latency, latencyIs, ledger, warmUpSeconds } = verdict;
  const time = (value: number | undefined) => (value === undefined ? '-' : `${value.toFixed(2)} s`);
  return [
    `${engine}: ${formatCount(events)} events in ${seconds.toFixed(0)} s: ${formatRate(events / seconds)}`,
    `latency p50 ${time(latency.p50)}, p99 ${time(latency.p99)} (${formatCount(latency.blocks)}; ${latencyIs})`,
    `ledger: ${ledger}`,
    `after ${warmUpSeconds.toFixed(0)} s of warm-up (flat: grows by at most 5 % of the median or the slack, along the Theil-Sen line):`,
    ...verdict.flatness.map(flatnessText),
    verdict.isFlat ? 'memory and descriptors are flat' : 'NOT FLAT',
    verdict.isClosed ? 'the ledger is closed' : 'THE LEDGER IS NOT CLOSED',
  ].join('\n');
}

function flatnessText(found: Flatness): string {
  const { process, quantity, samples, median, largest, growth, growthPerHour, allowed, isFlat } = found;
  const show = (value: number) => {
    if (quantity === 'descriptors') return value.toFixed(1);
    if (quantity === 'loop_delay_p99') return `${(value * 1000).toFixed(0)} ms`;
    return value < 0 ? `-${formatBytes(-value)}` : formatBytes(value);
  };
  const verdict = judged.has(quantity) ? (isFlat ? 'flat' : 'GROWS') : '';
  return [
    `  ${process.padEnd(12)} ${quantity.padEnd(21)} median ${show(median)}, largest ${show(largest)}`,
    `growth ${show(growth)} (${show(growthPerHour)} an hour; allowed ${show(allowed)}), ${samples} samples ${verdict}`,
  ].join(', ');
}
