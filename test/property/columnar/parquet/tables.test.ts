import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { writeParquetFile } from '../../../../lib/columnar/parquet/file-writer.js';
import { encodeParquet } from '../../../../lib/columnar/parquet/table-encoder.js';
import { queryWithDuckdb, readWithHyparquet } from '../../../unit/columnar/parquet/foreign-readers.js';
import { randomTable } from './random-tables.js';

const folder = mkdtempSync(join(tmpdir(), 'rmmstream-tables-'));
test.after(() => rmSync(folder, { recursive: true }));
const long = process.env.RMMSTREAM_TEST_LONG === '1';

test('hyparquet reads back every table, and equal tables give equal bytes', async () => {
  await fc.assert(
    fc.asyncProperty(randomTable, async ({ cases, ...options }) => {
      const columns = cases.map(({ column }) => column);
      const chunks = encodeParquet(columns, options);
      assert.deepEqual(Buffer.concat(chunks), Buffer.concat(encodeParquet(columns, options)));
      const { columns: read } = await readWithHyparquet(chunks);
      cases.forEach(({ column, values }) => {
        assert.deepEqual(read[column.name], values, `${column.name} ${column.type}`);
      });
    }),
    { numRuns: long ? 3000 : 100 },
  );
});

test('DuckDB reads back every table', async () => {
  const path = join(folder, 'table.parquet');
  await fc.assert(
    fc.asyncProperty(randomTable, async ({ cases, ...options }) => {
      writeParquetFile(
        path,
        cases.map(({ column }) => column),
        options,
      );
      const read = await queryWithDuckdb(`select * from '${path}'`);
      cases.forEach(({ column, values }) => {
        assert.deepEqual(read[column.name], values, `${column.name} ${column.type}`);
      });
    }),
    { numRuns: long ? 500 : 25 },
  );
});
