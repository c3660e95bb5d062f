import { formatBytes, formatCount } from '../lib/telemetry/format.js';
import { renderTable } from '../lib/telemetry/table.js';
import type { BookedLetter } from '../services/dead-letters/letter-book.js';
import type { Redriven } from '../services/dead-letters/redrive.js';

const right = { align: 'right' } as const;

/** What `dlq list --json` says of a letter; `dlq show` adds what it holds. */
export function letterObject({ letter, state, newer, subject }: BookedLetter): object {
  const { event: _, median_weight: __, message, ...rest } = letter;
  return {
    ...rest,
    state,
    ...(newer === undefined ? {} : { superseded_by: newer }),
    ...(subject.kind === 'entry' ? { entry: subject.entry } : {}),
    ...(message === undefined ? {} : { bytes: message.bytes }),
  };
}

/** A table of letters, the first ones, and their numbers by reason. */
export function letterList(letters: readonly BookedLetter[], limit: number): string {
  if (letters.length === 0) return 'no such dead letters';
  const shown = letters.slice(0, limit);
  const table = renderTable(
    [
      { title: 'id' },
      { title: 'reason' },
      { title: 'stage' },
      { title: 'sample' },
      { title: 'about' },
      { title: 'state' },
    ],
    shown.map((booked) => [
      booked.letter.id,
      booked.letter.reason,
      booked.letter.stage,
      booked.letter.source?.sample,
      about(booked),
      booked.state,
    ]),
  );
  const more =
    letters.length > shown.length ? `\nand ${formatCount(letters.length - shown.length)} more (--limit)` : '';
  return `${table}${more}\n\n${countsByReason(letters)}`;
}

function about({ subject, letter }: BookedLetter): string {
  if (subject.kind === 'entry') return `${subject.file.name} entry ${subject.entry}`;
  if (subject.kind === 'block')
    return `${subject.file.name} entries ${subject.first} to ${subject.first + subject.entries}`;
  return letter.message === undefined
    ? 'nothing of this run'
    : `${formatBytes(letter.message.bytes)} of no file`;
}

export function reasonCounts(letters: readonly BookedLetter[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { letter } of letters) counts.set(letter.reason, (counts.get(letter.reason) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)));
}

function countsByReason(letters: readonly BookedLetter[]): string {
  return renderTable(
    [{ title: 'reason' }, { title: 'dead letters', ...right }],
    Object.entries(reasonCounts(letters)).map(([reason, count]) => [reason, formatCount(count)]),
  );
}

/** Everything that is known of a letter, for a person. */
export function letterPage(booked: BookedLetter): string {
  const { letter, state, newer } = booked;
  const { source, message } = letter;
  const facts: [string, string | undefined][] = [
    ['id', letter.id],
    ['state', newer === undefined ? state : `${state} by ${newer}`],
    ['reason', letter.reason],
    ['stage', letter.stage],
    ['error', letter.error],
    ['about', about(booked)],
    ['sample', source === undefined ? undefined : `${source.sample} (${source.kind})`],
    ['fingerprint', source?.fingerprint],
    ['late', source?.late === undefined ? undefined : (source.late.countedAs ?? 'yes')],
    ['median weight', letter.median_weight === undefined ? undefined : String(letter.median_weight)],
    ['key', message?.key ?? undefined],
    ['bytes', message === undefined ? undefined : formatCount(message.bytes)],
    ['sha256', message?.sha256],
  ];
  const lines = facts.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name.padEnd(14)} ${value}`],
  );
  const parts = [lines.join('\n')];
  if (message !== undefined) parts.push(headersTable(message.headers));
  const record = (letter.event as { readonly record?: unknown } | undefined)?.record;
  if (isObject(record)) parts.push(...recordTables(record));
  return parts.join('\n\n');
}

function headersTable(headers: Readonly<Record<string, string>>): string {
  const rows = Object.entries(headers).map(([name, value]) => [name, value.slice(0, 200)]);
  return rows.length === 0 ? 'no headers' : renderTable([{ title: 'header' }, { title: 'value' }], rows);
}

/** An event's own values, and a table for each kind of its objects. */
function recordTables(record: Readonly<Record<string, unknown>>): string[] {
  const own = Object.entries(record).filter(([, value]) => !isObject(value));
  const parts = [
    renderTable(
      [{ title: 'event' }, { title: 'value', ...right }],
      own.map(([name, value]) => [name, String(value)]),
    ),
  ];
  for (const [name, value] of Object.entries(record)) {
    if (!isObject(value)) continue;
    const lists = Object.entries(value).filter(
      (entry): entry is [string, unknown[]] => Array.isArray(entry[1]) && entry[1].length > 0,
    );
    if (lists.length > 0) parts.push(objectsTable(name, lists));
    else parts.push(isFlat(value) ? `${name}: ${JSON.stringify(value)}` : `no ${name}`);
  }
  return parts;
}

function objectsTable(name: string, lists: readonly (readonly [string, readonly unknown[]])[]): string {
  const rows = Array.from({ length: lists[0]![1].length }, (_, place) => [
    `[${place}]`,
    ...lists.map(([, values]) => shownNumber(values[place])),
  ]);
  return renderTable([{ title: name }, ...lists.map(([title]) => ({ title, ...right }))], rows);
}

function shownNumber(value: unknown): string {
  return typeof value === 'number' && !Number.isInteger(value) ? value.toPrecision(6) : String(value);
}

function isFlat(value: Readonly<Record<string, unknown>>): boolean {
  return Object.values(value).some((entry) => !Array.isArray(entry));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What was sent again, and what will become of it. */
export function redrivenText(
  redriven: readonly Redriven[],
  {
    prefix,
    isBounded,
    dryRun,
  }: { readonly prefix: string; readonly isBounded: boolean; readonly dryRun: boolean },
): string {
  const table = renderTable(
    [
      { title: 'dead letter' },
      { title: dryRun ? 'would go to' : 'went to' },
      { title: 'partition', ...right },
      { title: 'offset', ...right },
      { title: 'late' },
      { title: 'will be' },
    ],
    redriven.map(({ letter, topic, partition, offset, late, outcome }) => [
      letter,
      `${prefix}.${topic}`,
      String(partition),
      offset === undefined ? undefined : String(offset),
      late ? 'yes' : 'no',
      outcome,
    ]),
  );
  if (dryRun) return `${table}\nnothing was sent (--dry-run)`;
  const next = isBounded
    ? '`rmmstream run CONFIG` takes it through the stages and writes the outputs again; services that are running do so by themselves'
    : 'the services that are running take it up';
  return `${table}\n${next}`;
}
