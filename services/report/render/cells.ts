import type { Cell, TableBlock } from '../section.js';
import { shownNumber, shownWithError } from './numbers.js';

/** A cell as every table shows it. */
export type ShownCell =
  | { readonly kind: 'text' | 'number'; readonly text: string }
  /** Number of the reason, from 1, in the notes of the table. */
  | { readonly kind: 'not-defined'; readonly note: number };

export interface ShownTable {
  readonly rows: readonly (readonly ShownCell[])[];
  /** Why values are not defined, each once. */
  readonly notes: readonly string[];
  /** Columns of numbers, of which some may be missing: they stand to the right. */
  readonly numeric: readonly boolean[];
}

/** Cells as text; reasons are collected, since the same one stands in many cells. */
export function shownTable({ columns, rows }: TableBlock): ShownTable {
  const notes: string[] = [];
  const noteOf = (reason: string) => {
    if (!notes.includes(reason)) notes.push(reason);
    return notes.indexOf(reason) + 1;
  };
  const shown = rows.map((row) =>
    columns.map(({ digits }, index): ShownCell => {
      const parts = cellParts(row[index] ?? '');
      if (parts.text !== undefined) return { kind: 'text', text: parts.text };
      if (parts.reason !== undefined) return { kind: 'not-defined', note: noteOf(parts.reason) };
      const { value, error } = parts;
      return {
        kind: 'number',
        text: error === undefined ? shownNumber(value, digits) : shownWithError(value, error, digits),
      };
    }),
  );
  const isText = (cell: ShownCell) => cell.kind === 'text' && cell.text !== '';
  const numeric = columns.map(
    (_, index) =>
      shown.some((row) => row[index]!.kind !== 'text') && !shown.some((row) => isText(row[index]!)),
  );
  return { rows: shown, notes, numeric };
}

export type CellParts =
  | { readonly text: string; readonly reason?: undefined }
  | { readonly text?: undefined; readonly reason: string }
  | {
      readonly text?: undefined;
      readonly reason?: undefined;
      readonly value: number;
      readonly error?: number;
    };

/** What a cell is. A number that is none has that as its reason: no file of a report holds NaN. */
export function cellParts(cell: Cell): CellParts {
  if (typeof cell === 'string') return { text: cell };
  if (typeof cell === 'number') return finite(cell);
  if ('notDefined' in cell) return { reason: cell.notDefined };
  const { value } = cell;
  const error = 'error' in cell ? cell.error : undefined;
  if (error === undefined || !Number.isFinite(error) || !Number.isFinite(value)) return finite(value);
  return { value, error };
}

function finite(value: number): CellParts {
  return Number.isFinite(value) ? { value } : { reason: 'the result is not a finite number' };
}

/** Heading of a column with its unit. */
export function headingOf({ label, unit }: TableBlock['columns'][number]): string {
  return unit === undefined ? label : `${label} [${unit}]`;
}
