// Writes random tables for check-tables.py: node dist/test/property/columnar/parquet/write-tables.js FOLDER [count] [seed]
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { writeParquetFile } from '../../../../lib/columnar/parquet/file-writer.js';
import { randomTable } from './random-tables.js';

const [folder = 'tables', count = '200', seed = '1'] = process.argv.slice(2);

/** Numbers as text that Python's int() and float() read back exactly. */
function written(value: unknown): unknown {
  if (value === null || typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(written);
  return Object.is(value, -0) ? '-0.0' : String(value);
}

mkdirSync(folder, { recursive: true });
fc.sample(randomTable, { numRuns: Number(count), seed: Number(seed) }).forEach(({ cases, ...options }, i) => {
  const columns = cases.map(({ column }) => column);
  writeParquetFile(join(folder, `${i}.parquet`), columns, options);
  const expected = cases.map(({ column, values }) => ({
    name: column.name,
    type: column.type,
    values: values.map(written),
  }));
  writeFileSync(join(folder, `${i}.json`), JSON.stringify(expected));
});
