import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readWithHyparquet } from '../unit/columnar/parquet/foreign-readers.js';

/** Columns of a table as plain values, as hyparquet reads them. */
export type PlainTable = Record<string, unknown[]>;

export async function readTable(path: string): Promise<PlainTable> {
  return (await readWithHyparquet([readFileSync(path)])).columns;
}

/** All tables of a folder, one below the other, in the order of their names. */
export async function readTables(folder: string): Promise<PlainTable> {
  const all: PlainTable = {};
  for (const name of readdirSync(folder).sort()) {
    if (!name.endsWith('.parquet')) continue;
    for (const [column, values] of Object.entries(await readTable(join(folder, name)))) {
      all[column] ??= [];
      const joined = all[column];
      for (const value of values) joined.push(value);
    }
  }
  return all;
}
