import { RmmError } from '../../lib/base/error.js';
import { type Rates, rateNames } from './rates.js';

/** What is to be planned for. */
export interface PlanRequest {
  /** Entries of the input files. */
  readonly events: number;
  /** Bytes of the input files for each entry. */
  readonly bytesPerEvent: number;
  readonly hours: number;
  /** bounded: files that are there; stages follow each other where one waits for the whole of another. continuous: events come evenly, and all stages work at once. */
  readonly mode: 'bounded' | 'continuous';
  /** Share of the entries that is selected. */
  readonly selected: number;
  /** Share of the selected events that is trained on. */
  readonly trained: number;
  /** Epochs over the training events. */
  readonly epochs: number;
  /** kafka.topics.replication */
  readonly replication: number;
  /** kafka.topics.retention_hours of events and selected; 0 keeps them. */
  readonly retentionHours: number;
  /** Room for what rates of a quiet machine do not show: planned is for this many times the mean load. */
  readonly headroom: number;
  /** Bytes of disk of one broker, and the share of it that may fill. */
  readonly brokerDisk: number;
  readonly diskFill: number;
  readonly rates: Rates;
}

/** The share that a split of train_fraction 0.8 leaves after its tenth for validation (decisions.md 7). */
const usualTrained = 0.72;

export const usualRequest = {
  mode: 'bounded',
  selected: 0.83,
  trained: usualTrained,
  epochs: 10,
  replication: 3,
  retentionHours: 0,
  headroom: 1.5,
  brokerDisk: 4e12,
  diskFill: 0.8,
} as const;

interface Limit {
  readonly above?: number;
  readonly least?: number;
  readonly most: number;
  readonly whole?: true;
}

/** What makes sense, by the option that says it. */
const limits: Readonly<
  Record<Exclude<keyof PlanRequest, 'mode' | 'rates'>, Limit & { readonly flag: string }>
> = {
  events: { flag: '--events', least: 1, most: 1e15, whole: true },
  bytesPerEvent: { flag: '--bytes-per-event', above: 0, most: 1e9 },
  hours: { flag: '--hours', above: 0, most: 1e5 },
  selected: { flag: '--selected', above: 0, most: 1 },
  trained: { flag: '--trained', above: 0, most: 1 },
  epochs: { flag: '--epochs', least: 1, most: 1e5, whole: true },
  replication: { flag: '--replication', least: 1, most: 32, whole: true },
  retentionHours: { flag: '--retention-hours', least: 0, most: 876_000 },
  headroom: { flag: '--headroom', least: 1, most: 100 },
  brokerDisk: { flag: '--broker-disk', above: 0, most: 1e18 },
  diskFill: { flag: '--disk-fill', above: 0, most: 1 },
};

/** @throws cli_usage naming everything that makes no sense */
export function checkRequest(request: PlanRequest): void {
  const faults: string[] = [];
  for (const [key, limit] of Object.entries(limits)) {
    const fault = faultOf(limit, request[key as keyof typeof limits]);
    if (fault !== undefined) faults.push(fault);
  }
  for (const name of rateNames) {
    const fault = faultOf({ flag: `rate ${name}`, above: 0, most: 1e15 }, request.rates[name]);
    if (fault !== undefined) faults.push(fault);
  }
  if (faults.length > 0) throw new RmmError('cli_usage', faults.join('\n'));
}

function faultOf(limit: Limit & { readonly flag: string }, value: number): string | undefined {
  const { flag, above, least, most, whole } = limit;
  const fits =
    Number.isFinite(value) &&
    (above === undefined || value > above) &&
    (least === undefined || value >= least) &&
    value <= most &&
    (whole !== true || Number.isInteger(value));
  if (fits) return undefined;
  const from = above === undefined ? `from ${least}` : `above ${above}`;
  return `${flag} ${value}: expected a ${whole === true ? 'whole number' : 'number'} ${from} and at most ${most}`;
}
