import { isDefined, type Measured } from '../../lib/statistics/measured.js';

/** Rows of numbers as report.json holds them where there are many: a list by column. */
export interface NumberColumns {
  /** By name, a number for each row; null where it is not defined. */
  readonly columns: Readonly<Record<string, readonly (number | null)[]>>;
  /** Why some are null: by column and reason the rows, from 0. Absent where all are numbers. */
  readonly not_defined?: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
}

/**
 * Turns rows into columns: names of keys, repeated in every row, would be most of the file.
 * @param rows all with the same keys
 */
export function numberColumns(rows: readonly Readonly<Record<string, number | Measured>>[]): NumberColumns {
  const columns: Record<string, (number | null)[]> = {};
  const reasons: Record<string, Record<string, number[]>> = {};
  for (const name of Object.keys(rows[0] ?? {})) {
    const cells = rows.map((row) => row[name]!);
    columns[name] = cells.map((cell) =>
      typeof cell === 'number' ? cell : isDefined(cell) ? cell.value : null,
    );
    const missing: Record<string, number[]> = {};
    for (const [at, cell] of cells.entries()) {
      if (typeof cell === 'number' || isDefined(cell)) continue;
      missing[cell.notDefined] = [...(missing[cell.notDefined] ?? []), at];
    }
    if (Object.keys(missing).length > 0) reasons[name] = missing;
  }
  return Object.keys(reasons).length === 0 ? { columns } : { columns, not_defined: reasons };
}
