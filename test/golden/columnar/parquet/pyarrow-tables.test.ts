import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../../lib/base/package-root.js';
import type { ReadColumn } from '../../../../lib/columnar/parquet/column-sink.js';
import { readParquetColumns } from '../../../../lib/columnar/parquet/read-columns.js';

const folder = join(packageRoot, 'test', 'golden', 'columnar', 'parquet');
const names = ['event', 'channel', 'n_jets', 'error', 'weight', 'mlll', 'sample'] as const;
const wanted = JSON.parse(readFileSync(join(folder, 'pyarrow-tables.json'), 'utf8')) as Record<
  (typeof names)[number],
  (number | string | null)[]
>;

/** The column as make-pyarrow-tables.py writes it. */
function plain(column: ReadColumn): (number | string | boolean | null)[] {
  if (column.type === 'boolean') return Array.from(column.flags, (flag) => flag === 1);
  if (column.type === 'dictionary') return Array.from(column.codes, (code) => column.dictionary[code]!);
  if (column.data instanceof BigInt64Array) return Array.from(column.data, String);
  return Array.from(column.data, (value) => (Number.isNaN(value) ? null : value));
}

for (const style of ['zstd-dictionary', 'snappy-v2', 'plain', 'split-delta']) {
  test(`columns of a file that pyarrow wrote (${style}) have its values`, async () => {
    const table = await readParquetColumns(join(folder, `pyarrow-${style}.parquet`), names);
    assert.equal(table.rows, 257);
    for (const name of names) assert.deepEqual(plain(table.columns[name]), wanted[name], name);
    assert.deepEqual(
      names.map((name) => table.columns[name].type),
      ['int64', 'int32', 'int16', 'float', 'double', 'float', 'dictionary'],
    );
  });
}
