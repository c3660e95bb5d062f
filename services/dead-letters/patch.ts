import { RmmError } from '../../lib/base/error.js';
import { didYouMean } from '../../lib/config/index.js';
import type { EventRecord } from './event-record.js';

type Container = Record<string, unknown> | unknown[];

/**
 * The record with values replaced.
 * @param assignments such as "weight=0.5" or "leptons.pt[0]=25.1"; the place has to be there
 * @throws letter_patch_invalid, cli_usage where an assignment cannot be read
 */
export function withValues(record: EventRecord, assignments: readonly string[]): EventRecord {
  const changed = structuredClone(record) as Record<string, unknown>;
  for (const assignment of assignments) assign(changed, assignment);
  return changed;
}

function assign(record: Record<string, unknown>, assignment: string): void {
  const cut = assignment.indexOf('=');
  const path = assignment.slice(0, Math.max(0, cut));
  const steps = path.match(/[^.[\]]+/g) ?? [];
  if (cut < 0 || steps.length === 0 || !/^\w+(\.\w+)*(\[\d+\])?$/.test(path)) {
    throw new RmmError(
      'cli_usage',
      `--set ${assignment}: expected PATH=NUMBER, for example --set weight=0.5 or --set leptons.pt[0]=25.1`,
    );
  }
  let place: Container = record;
  for (const step of steps.slice(0, -1)) {
    const next: unknown = Object.hasOwn(place, step) ? (place as Record<string, unknown>)[step] : undefined;
    if (typeof next !== 'object' || next === null) throw unknown(path, place, step);
    place = next as Container;
  }
  const last = steps.at(-1)!;
  if (!Object.hasOwn(place, last)) throw unknown(path, place, last);
  const before = (place as Record<string, unknown>)[last];
  if (typeof before === 'object')
    throw new RmmError(
      'letter_patch_invalid',
      `${path} is no number but holds several: give one by its name`,
    );
  (place as Record<string, unknown>)[last] = parsed(last, assignment.slice(cut + 1), path);
}

function parsed(name: string, text: string, path: string): number | string {
  // Event numbers may have more digits than a number in JSON keeps.
  if (name === 'event_number' || name === 'parent_event_number') return text;
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value)) return value;
  throw new RmmError('letter_patch_invalid', `--set ${path}: ${JSON.stringify(text)} is no finite number`);
}

function unknown(path: string, place: Container, step: string): RmmError {
  const known = Array.isArray(place)
    ? `there are ${place.length}, counted from 0`
    : `there are ${Object.keys(place).join(', ')}${didYouMean(step, Object.keys(place))}`;
  return new RmmError('letter_patch_invalid', `the record has no ${path}: of ${step} ${known}`);
}

/**
 * The record in a patched file: the event as `dlq show --json` prints it, the whole of what it prints, or the record
 * alone.
 * @param key of the event that is to be repaired
 * @throws letter_patch_invalid
 */
export function recordOfFile(text: string, key: string, name: string): EventRecord {
  const invalid = (what: string) => new RmmError('letter_patch_invalid', `${name} ${what}`);
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch (cause) {
    throw new RmmError('letter_patch_invalid', `${name} is not JSON: ${(cause as Error).message}`, { cause });
  }
  const inner = (value: unknown, field: string): unknown =>
    typeof value === 'object' && value !== null && Object.hasOwn(value, field)
      ? (value as Record<string, unknown>)[field]
      : undefined;
  const event = inner(found, 'event') ?? found;
  const said = inner(event, 'key');
  if (said !== undefined && said !== key)
    throw invalid(`holds the event ${JSON.stringify(said)}, not ${JSON.stringify(key)}`);
  const record = inner(event, 'record') ?? event;
  if (typeof record !== 'object' || record === null || Array.isArray(record))
    throw invalid('holds no event: expected the object that `rmmstream dlq show --json` prints');
  return record as EventRecord;
}
