import type { BlockSource } from '../../lib/flow/block-source.js';
import { splitNames } from '../../lib/physics/identity.js';
import { reason, reasonCount } from '../../lib/physics/selection/index.js';
import type { BlockRecord, SelectedRecord } from '../featurizer/block-record.js';
import { type Headers, headerInvalid, textHeader } from './headers.js';
import { wireError } from './message.js';

export const recordHeader = {
  record:
    'What became of the entries, as JSON: rows (selected events), raw, high and low (cut flow by reason: events, and signed weights in double-double), unclassified_jets; from features on surplus_objects and rows_by_split.',
} as const;

/** The record of a block as header. Numbers come back with their bits. */
export function recordToHeader(record: SelectedRecord | BlockRecord): { readonly record: string } {
  const { rows, flow, unclassifiedJets } = record;
  return {
    record: JSON.stringify({
      rows,
      raw: flow.raw,
      high: flow.weightHigh,
      low: flow.weightLow,
      unclassified_jets: unclassifiedJets,
      ...('rowsBySplit' in record
        ? { surplus_objects: record.surplusObjects, rows_by_split: record.rowsBySplit }
        : {}),
    }),
  };
}

/** What a message says became of its entries, whatever it holds. @throws wire_header_invalid */
export function saidRecord(headers: Headers): SelectedRecord {
  const found = parse(headers);
  return {
    rows: count(found.rows),
    flow: {
      raw: numbers(found.raw, reasonCount, Number.isSafeInteger),
      weightHigh: numbers(found.high, reasonCount),
      weightLow: numbers(found.low, reasonCount),
    },
    unclassifiedJets: count(found.unclassified_jets),
  };
}

/** The record of a message with `rows` rows, as a selector gives it. @throws wire_header_invalid, wire_source_contradicts */
export function selectedRecord(headers: Headers, source: BlockSource, rows: number): SelectedRecord {
  const record = saidRecord(headers);
  const problem = recordProblem(record, source, rows);
  if (problem !== undefined)
    throw wireError('wire_source_contradicts', problem, { key: `${source.fingerprint}:${source.first}` });
  return record;
}

/** The record of a message with these splits, as a featurizer gives it. @throws wire_header_invalid, wire_source_contradicts */
export function blockRecord(
  headers: Headers,
  source: BlockSource,
  rowsBySplit: readonly number[],
): BlockRecord {
  const found = parse(headers);
  const record = {
    ...selectedRecord(
      headers,
      source,
      rowsBySplit.reduce((sum, rows) => sum + rows, 0),
    ),
    surplusObjects: count(found.surplus_objects),
    rowsBySplit: numbers(found.rows_by_split, splitNames.length),
  };
  if (record.rowsBySplit.some((rows, code) => rows !== rowsBySplit[code])) {
    throw wireError(
      'wire_source_contradicts',
      `its record has ${record.rowsBySplit.join(', ')} rows by split, its content ${rowsBySplit.join(', ')}`,
      { key: `${source.fingerprint}:${source.first}` },
    );
  }
  return record;
}

function recordProblem(
  { rows, flow }: SelectedRecord,
  source: BlockSource,
  held: number,
): string | undefined {
  if (rows !== held) return `its record counts ${rows} rows, its content ${held}`;
  const { entries, late } = source;
  const counted = flow.raw.reduce((sum, events) => sum + events, 0);
  // Events that were dead letters before are taken from where they were counted.
  const expected = late?.countedAs === undefined ? entries : 0;
  if (counted !== expected) return `its cut flow counts ${counted} entries where ${expected} are expected`;
  if (flow.raw[reason.selected] !== rows)
    return `its cut flow counts ${flow.raw[reason.selected]} selected events of ${rows}`;
  return undefined;
}

function parse(headers: Headers): Record<string, unknown> {
  const text = textHeader(headers, 'record');
  try {
    const found: unknown = JSON.parse(text);
    if (typeof found === 'object' && found !== null) return found as Record<string, unknown>;
  } catch {
    // Said below, as for everything else that is no object.
  }
  throw headerInvalid('record', text, 'an object in JSON');
}

function count(value: unknown): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  throw headerInvalid('record', shape(value), 'counts');
}

function numbers(
  value: unknown,
  length: number,
  isFit: (entry: unknown) => boolean = Number.isFinite,
): number[] {
  if (Array.isArray(value) && value.length === length && value.every(isFit)) return value as number[];
  throw headerInvalid('record', shape(value), `lists of ${length} numbers`);
}

/** For messages; what is foreign may be nested deeper than JSON.stringify can follow. */
function shape(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
