import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fromSystemError, RmmError } from '../lib/base/error.js';
import type { MeasuredPlan } from '../services/plan/measure/measured-plan.js';
import { type GivenRates, type RateSource, ratesOfFile, readRates } from '../services/plan/read-rates.js';
import { type PlanRequest, usualRequest } from '../services/plan/request.js';

/** The options of `rmmstream plan` that are numbers or give rates. */
export interface PlanOptions {
  readonly events: string;
  readonly bytesPerEvent?: string;
  readonly hours: string;
  readonly mode: PlanRequest['mode'];
  readonly selected?: string;
  readonly trained?: string;
  readonly epochs?: string;
  readonly replication?: string;
  readonly retentionHours?: string;
  readonly headroom?: string;
  readonly brokerDisk?: string;
  readonly diskFill?: string;
  readonly rates?: string;
  readonly rate: readonly string[];
}

/** A file with rates, by the name under which it was given. */
export interface RatesText {
  readonly name: string;
  readonly text: string;
}

/**
 * What is to be planned for: what was given, over what was measured, over what is usual.
 * @throws cli_usage naming every option that is no number
 */
export function planRequest(
  options: PlanOptions,
  file: RatesText | undefined,
  measured: MeasuredPlan | undefined,
): { readonly request: PlanRequest; readonly from: GivenRates['from'] } {
  const faults: string[] = [];
  const read = (flag: string, text: string): number => {
    const value = numberOf(text);
    if (Number.isNaN(value)) faults.push(`${flag} ${text}: expected a number, for example 2000 or 1e9`);
    return value;
  };
  const or = (flag: string, text: string | undefined, usual: number | undefined): number => {
    if (text !== undefined) return read(flag, text);
    if (usual !== undefined) return usual;
    faults.push(`${flag} is missing: give it, or --measure, which finds it`);
    return Number.NaN;
  };
  const single = options.rate.map((text): readonly [string, number] => {
    const cut = text.indexOf('=');
    if (cut > 0) return [text.slice(0, cut), read(`--rate ${text.slice(0, cut)}`, text.slice(cut + 1))];
    faults.push(`--rate ${text}: expected NAME=NUMBER, for example --rate scorer=200000`);
    return ['', Number.NaN];
  });
  const numbers = {
    events: read('--events', options.events),
    bytesPerEvent: or('--bytes-per-event', options.bytesPerEvent, measured?.bytesPerEvent),
    hours: read('--hours', options.hours),
    selected: or('--selected', options.selected, measured?.selected ?? usualRequest.selected),
    trained: or('--trained', options.trained, measured?.trained ?? usualRequest.trained),
    epochs: or('--epochs', options.epochs, measured?.epochs ?? usualRequest.epochs),
    replication: or('--replication', options.replication, usualRequest.replication),
    retentionHours: or('--retention-hours', options.retentionHours, usualRequest.retentionHours),
    headroom: or('--headroom', options.headroom, usualRequest.headroom),
    brokerDisk: or('--broker-disk', options.brokerDisk, usualRequest.brokerDisk),
    diskFill: or('--disk-fill', options.diskFill, usualRequest.diskFill),
  };
  if (faults.length > 0) throw new RmmError('cli_usage', faults.join('\n'));
  const sources: RateSource[] = [
    ...(measured === undefined ? [] : [measured.rates]),
    ...(file === undefined ? [] : [ratesOfFile(file.name, file.text)]),
    { from: '--rate', pairs: single },
  ];
  const { rates, from } = readRates(sources);
  return { request: { ...numbers, mode: options.mode, rates }, from };
}

/** NaN where it is none as people write them: no 0x10, no Infinity, no 1,000. */
function numberOf(text: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
}

/** The file of --rates. @throws io_failed */
export function ratesText(name: string, currentDirectory: string): RatesText {
  const path = resolve(currentDirectory, name);
  try {
    return { name, text: readFileSync(path, 'utf8') };
  } catch (error) {
    throw fromSystemError(error, 'reading', path);
  }
}
