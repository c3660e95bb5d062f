import { RmmError } from '../../lib/base/error.js';
import type { EventFields } from '../ingest/needed.js';
import type { RawColumn, RawEvents, RawGroup } from '../ingest/raw-events.js';
import { jetFields, leptonFields } from '../wire/object-fields.js';

/** An event as a dead letter holds it: GeV, mm and radians; numbers that JSON has not are texts. */
export type EventRecord = Readonly<Record<string, unknown>>;

const wholeGroups: ReadonlySet<string> = new Set(['charge', 'type']);

/**
 * The one event of a repaired record as ingest would give it, in float64 and our units, so that it widens to the bits
 * that the record holds.
 * @throws letter_patch_invalid naming the first value that is no number
 */
export function eventOfRecord(record: EventRecord, fields: EventFields): RawEvents {
  const event = BigInt64Array.of(int64(record, 'event_number'));
  return {
    count: 1,
    run: Int32Array.of(int32(record.run_number, 'run_number')),
    event,
    keyEvent: Object.hasOwn(record, 'parent_event_number')
      ? BigInt64Array.of(int64(record, 'parent_event_number'))
      : event,
    channel: Int32Array.of(int32(record.channel, 'channel')),
    weight: Float64Array.of(number(record.weight, 'weight')),
    met: real(record.met, 'met'),
    metPhi: real(record.met_phi, 'met_phi'),
    leptons: group(record.leptons, 'leptons', fields.leptons, names(leptonFields)),
    jets: group(record.jets, 'jets', fields.jets, names(jetFields)),
    triggers: triggers(record.triggers, fields.triggers),
  };
}

function names(fields: readonly { readonly field: string }[]): string[] {
  return fields.map(({ field }) => field);
}

function real(value: unknown, path: string): RawColumn {
  return { values: Float64Array.of(number(value, path)), factor: 1 };
}

function group(value: unknown, name: string, needed: readonly string[], known: readonly string[]): RawGroup {
  const columns = new Map<string, RawColumn>();
  const lists = object(value, name);
  const pt = lists.pt;
  if (!Array.isArray(pt)) throw invalid(`${name}.pt is ${shown(pt)}, expected a list of numbers`);
  for (const field of Object.keys(lists)) {
    if (!known.includes(field)) throw invalid(`${name}.${field} is no column of ${name}`);
    const list = lists[field];
    if (!Array.isArray(list)) throw invalid(`${name}.${field} is ${shown(list)}, expected a list of numbers`);
    // What the configuration does not need was not read: such columns are empty.
    if (list.length === 0 && !needed.includes(field)) continue;
    if (list.length !== pt.length)
      throw invalid(`${name}.${field} has ${list.length} values where ${name}.pt has ${pt.length}`);
    columns.set(field, { values: values(list, `${name}.${field}`, field), factor: 1 });
  }
  const missing = needed.find((field) => !columns.has(field));
  if (missing !== undefined) throw invalid(`${name}.${missing} is not there, and the configuration needs it`);
  return { offsets: Int32Array.of(0, pt.length), columns };
}

function values(list: readonly unknown[], path: string, field: string): RawColumn['values'] {
  if (field === 'tight') return Uint8Array.from(list, (value, k) => flag(value, `${path}[${k}]`));
  if (wholeGroups.has(field)) return Int32Array.from(list, (value, k) => int32(value, `${path}[${k}]`));
  return Float64Array.from(list, (value, k) => number(value, `${path}[${k}]`));
}

function triggers(value: unknown, needed: readonly string[]): Record<string, Uint8Array> {
  const found = value === undefined ? {} : object(value, 'triggers');
  const fired: Record<string, Uint8Array> = Object.create(null);
  for (const name of needed) fired[name] = Uint8Array.of(flag(found[name], `triggers.${name}`));
  return fired;
}

function object(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw invalid(`${path} is ${shown(value)}, expected an object`);
}

function number(value: unknown, path: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw invalid(`${path} is ${shown(value)}, expected a finite number: give one with --set ${path}=NUMBER`);
}

function int32(value: unknown, path: string): number {
  const found = number(value, path);
  if (Number.isInteger(found) && Math.abs(found) < 2 ** 31) return found;
  throw invalid(`${path} is ${found}, expected a whole number of 32 bits`);
}

function flag(value: unknown, path: string): number {
  if (value === 0 || value === 1) return value;
  throw invalid(`${path} is ${shown(value)}, expected 0 or 1`);
}

/** Event numbers are texts in JSON, so that no digit is lost. */
function int64(record: EventRecord, name: string): bigint {
  const value = record[name];
  if (typeof value === 'string' && /^-?\d{1,19}$/.test(value)) {
    const found = BigInt(value);
    if (BigInt.asIntN(64, found) === found) return found;
  }
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value);
  throw invalid(`${name} is ${shown(value)}, expected a whole number of 64 bits as text`);
}

function shown(value: unknown): string {
  return value === undefined ? 'not there' : JSON.stringify(value).slice(0, 60);
}

function invalid(message: string): RmmError {
  return new RmmError('letter_patch_invalid', message);
}
