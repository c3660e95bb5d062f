import type { Batch, BatchColumn, NumberArray } from '../../lib/columnar/arrow/batch.js';
import type { ReadColumn } from '../../lib/columnar/parquet/column-sink.js';
import type { ReadTable } from '../../lib/columnar/parquet/read-columns.js';
import { splitNames } from '../../lib/physics/identity.js';
import { flavourNames } from '../../lib/physics/quantities.js';

/** A value of an event as JSON has it; null where there is none. 64-bit numbers beyond 2^53 are text. */
export type TapValue = number | string | boolean | null | readonly (number | string | null)[];

/** An event by the names of its columns, in their order. */
export type TapEvent = Readonly<Record<string, TapValue>>;

/** Columns of codes, with what the codes stand for. */
const coded: ReadonlyMap<string, readonly string[]> = new Map([
  ['split', splitNames],
  ['flcomp', flavourNames],
]);

/** The first rows of a batch as a person reads them. Columns are foreign: their names may be any. */
export function eventsOfBatch({ rows, columns }: Batch, most: number): TapEvent[] {
  return Array.from({ length: Math.min(rows, most) }, (_, row) =>
    Object.fromEntries(columns.flatMap((column) => cells(column, row))),
  );
}

/** The same of a table of scores. */
export function eventsOfTable({ rows, columns }: ReadTable, most: number): TapEvent[] {
  return Array.from({ length: Math.min(rows, most) }, (_, row) =>
    Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, tableCell(column, row)])),
  );
}

function cells(column: BatchColumn, row: number): [string, TapValue][] {
  const { name } = column;
  switch (column.kind) {
    case 'flat': {
      const code = coded.get(name)?.[Number(column.data[row])];
      return [[name, code ?? one(column.data, row)]];
    }
    case 'boolean':
      return [[name, column.data[row] !== 0]];
    case 'dictionary':
      return [[name, column.dictionary[column.codes[row]!] ?? null]];
    case 'list':
      return [[name, several(column.values, column.offsets[row]!, column.offsets[row + 1]!)]];
    case 'fixed':
      return [[name, several(column.values, row * column.width, (row + 1) * column.width)]];
    case 'group':
      return column.fields.map(({ name: field, values }) => [
        `${name}.${field}`,
        several(values, column.offsets[row]!, column.offsets[row + 1]!),
      ]);
  }
}

function tableCell(column: ReadColumn, row: number): TapValue {
  if (column.type === 'dictionary') return column.dictionary[column.codes[row]!] ?? null;
  if (column.type === 'boolean') return column.flags[row] !== 0;
  return one(column.data, row);
}

function several(values: NumberArray, from: number, to: number): (number | string | null)[] {
  return Array.from({ length: to - from }, (_, at) => one(values, from + at));
}

function one(values: NumberArray, at: number): number | string | null {
  const value = values[at]!;
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value);
  }
  if (!Number.isFinite(value)) return Number.isNaN(value) ? null : String(value);
  // As many digits as float32 holds, not those of its double.
  return values instanceof Float32Array ? Number(value.toPrecision(7)) : value;
}
