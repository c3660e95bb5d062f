import { formatBytes, formatCount } from '../lib/telemetry/format.js';
import { shownText } from '../lib/telemetry/shown-text.js';
import { renderTable } from '../lib/telemetry/table.js';
import type { FileView } from '../services/tap/directory-tap.js';
import type { MessageView, TapContent } from '../services/tap/message-view.js';
import type { TapEvent, TapValue } from '../services/tap/values.js';

/** Characters of a header, a list, or a line of JSON that are shown; --json has the whole. */
const most = { header: 60, list: 3, json: 40 } as const;

/** A message in lines: where it lies, its headers, and some of its events with a column each. */
export function messageText(view: MessageView): string {
  const { topic, partition, offset, timestampMs, key, bytes, headers, content } = view;
  const place = [
    topic,
    `partition ${partition}`,
    `offset ${formatCount(offset)}`,
    timeText(timestampMs),
    `key ${key === null ? 'none' : shownText(key)}`,
    formatBytes(bytes),
  ].join('  ');
  const parts = [place, factLines(headers), contentText(content)];
  return parts.filter((part) => part !== '').join('\n');
}

/** A producer may write any number; beyond what a date can be it is shown as it is. */
function timeText(ms: number): string {
  const time = new Date(ms);
  return Number.isNaN(time.getTime()) ? `${ms} ms` : time.toISOString();
}

/** The same for a batch of a file. */
export function fileText({ file, batch, rows, facts, events }: FileView): string {
  const place = `${file}${batch === undefined ? '' : `  batch ${batch}`}  ${formatCount(rows)} rows`;
  const parts = [shownText(place), factLines(facts), eventTable(events)];
  return parts.filter((part) => part !== '').join('\n');
}

function factLines(facts: ReadonlyMap<string, string>): string {
  return [...facts]
    .map(([name, value]) => {
      const short = value.length <= most.header ? value : `${value.slice(0, most.header)}...`;
      return `  ${shownText(name)}: ${shownText(short)}`;
    })
    .join('\n');
}

function contentText(content: TapContent): string {
  switch (content.kind) {
    case 'block': {
      const { rows, entries, events } = content;
      const said = `  ${formatCount(rows)} rows of ${formatCount(entries)} entries`;
      return events.length === 0 ? said : `${said}\n${eventTable(events)}`;
    }
    case 'json':
      return jsonText(content.json);
    case 'bytes':
      return '';
    case 'deleted':
      return '  no value: the key is deleted';
    case 'unusable':
      return `  cannot be used: [${content.code}] ${shownText(content.problem)}`;
  }
}

function jsonText(json: unknown): string {
  const lines = JSON.stringify(json, null, 1).split('\n');
  const cut = lines.length > most.json ? [...lines.slice(0, most.json), '...'] : lines;
  return cut
    .map((line) => `  ${shownText(line.length <= 200 ? line : `${line.slice(0, 200)}...`)}`)
    .join('\n');
}

/** A line for each column, a column for each event: events have many columns, and few are looked at. */
function eventTable(events: readonly TapEvent[]): string {
  const [first] = events;
  if (first === undefined) return '';
  return renderTable(
    [
      { title: 'column' },
      ...events.map((_, index) => ({ title: `event ${index + 1}`, align: 'right' as const })),
    ],
    Object.keys(first).map((name) => [name, ...events.map((event) => cell(event[name]))]),
    '  ',
  );
}

function cell(value: TapValue | undefined): string {
  if (value === undefined || value === null) return '-';
  if (typeof value !== 'object') return String(value);
  const shown = value.slice(0, most.list).map((entry) => (entry === null ? '-' : String(entry)));
  return `${shown.join(' ')}${value.length > most.list ? ` ... (${value.length})` : ''}`;
}

/** A message for programs, one line. */
export function messageObject(view: MessageView, skipped: number): object {
  const { timestampMs, headers, content, ...place } = view;
  return {
    ...place,
    timestamp_ms: timestampMs,
    headers: Object.fromEntries(headers),
    skipped,
    ...content,
  };
}

/** A batch of a file for programs, one line. */
export function fileObject({ facts, batch, ...view }: FileView): object {
  return { ...view, ...(batch === undefined ? {} : { batch }), facts: Object.fromEntries(facts) };
}
