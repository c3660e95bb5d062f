import {
  formatBytes,
  formatCount,
  formatDuration,
  formatRate,
  formatShare,
} from '../lib/telemetry/format.js';
import { renderTable } from '../lib/telemetry/table.js';
import type { TopRow } from '../services/top/rows.js';

const right = { align: 'right' } as const;

/** The table of stages, without a line ending at the end. */
export function topTable(rows: readonly TopRow[]): string {
  return renderTable(
    [
      // What matters most first: a narrow terminal cuts the rest off.
      { title: 'stage' },
      { title: 'address' },
      { title: 'state' },
      { title: 'in', ...right },
      { title: 'out', ...right },
      { title: 'lag', ...right },
      { title: 'busy', ...right },
      { title: 'memory', ...right },
      { title: 'oldest', ...right },
      { title: 'held', ...right },
      { title: 'dead', ...right },
      { title: 'errors', ...right },
    ],
    rows.map((row) => [
      row.stage,
      row.address,
      row.state,
      shown(row.eventsInPerSecond, formatRate),
      shown(row.eventsOutPerSecond, formatRate),
      shown(row.lagRecords, formatCount),
      shown(row.busy, busyText),
      shown(row.residentBytes, formatBytes),
      shown(row.lagSeconds, formatDuration),
      shown(row.queuedBatches, formatCount),
      shown(row.deadLetters, formatCount),
      shown(row.errors, formatCount),
    ]),
  );
}

function shown(value: number | undefined, format: (value: number) => string): string | undefined {
  return value === undefined ? undefined : format(value);
}

/** Of one core: above 100 % where several partitions or threads work at the same time. */
function busyText(busy: number): string {
  return busy > 1 ? `${Math.round(100 * busy)} %` : formatShare(busy);
}

/** As many lines as the terminal has room for; a block that is higher could not be redrawn. */
export function fitting(text: string, lines: number): string[] {
  const all = text.split('\n');
  if (all.length < lines) return all;
  return [...all.slice(0, Math.max(1, lines - 2)), `... ${all.length - Math.max(1, lines - 2)} more`];
}

/** One row for programs. */
export function topObject(row: TopRow): object {
  const known = (value: number | string | undefined) => value ?? null;
  return {
    address: row.address,
    stage: known(row.stage),
    state: row.state,
    answers: row.isAnswering,
    events_in_per_second: known(row.eventsInPerSecond),
    events_out_per_second: known(row.eventsOutPerSecond),
    bytes_in_per_second: known(row.bytesInPerSecond),
    lag_records: known(row.lagRecords),
    lag_seconds: known(row.lagSeconds),
    busy: known(row.busy),
    queued_batches: known(row.queuedBatches),
    dead_letters: known(row.deadLetters),
    errors: known(row.errors),
    resident_bytes: known(row.residentBytes),
  };
}
