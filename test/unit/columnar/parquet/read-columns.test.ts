import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { RmmError } from '../../../../lib/base/error.js';
import { writeParquetFile } from '../../../../lib/columnar/parquet/file-writer.js';
import { readParquetColumns } from '../../../../lib/columnar/parquet/read-columns.js';

const folder = mkdtempSync(join(tmpdir(), 'rmmstream-read-'));
test.after(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'table.parquet');
const rows = 400;
writeParquetFile(
  path,
  [
    {
      name: 'event',
      type: 'int64',
      data: BigInt64Array.from({ length: rows }, (_, i) => 2n ** 60n + BigInt(i * i)),
    },
    {
      name: 'error',
      type: 'float',
      data: Float32Array.from({ length: rows }, (_, i) => Math.exp(Math.sin(i))),
    },
    {
      name: 'sample',
      type: 'dictionary',
      codes: Uint8Array.from({ length: rows }, (_, i) => i % 3),
      dictionary: ['a', 'b', 'c'],
    },
    {
      name: 'gap',
      type: 'int32',
      data: new Int32Array(rows),
      validity: Uint8Array.from({ length: rows }, (_, i) => i % 2),
    },
    {
      name: 'late',
      type: 'boolean',
      flags: Uint8Array.from({ length: rows }, (_, i) => Number(i % 7 === 5)),
    },
    { name: 'cells', type: 'list<int32>', offsets: new Int32Array(rows + 1), values: new Int32Array(0) },
  ],
  { rowGroupRows: 150, keyValueMetadata: { run: 'r1' } },
);

test('only the columns asked for come back, over all row groups, with the metadata', async () => {
  const table = await readParquetColumns(path, ['sample', 'event']);
  assert.deepEqual(Object.keys(table.columns), ['sample', 'event']);
  assert.deepEqual(table.metadata, { run: 'r1' });
  assert.equal(table.rows, rows);
  const sample = table.columns.sample;
  const event = table.columns.event;
  assert.ok(sample.type === 'dictionary' && event.type === 'int64');
  assert.deepEqual(sample.dictionary, ['a', 'b', 'c']);
  assert.equal(sample.codes[299], 299 % 3);
  assert.equal(event.data[399], 2n ** 60n + 399n * 399n);
  assert.equal((await readParquetColumns(path, [])).rows, rows);
  const { late } = (await readParquetColumns(path, ['late'])).columns;
  assert.ok(late.type === 'boolean');
  assert.deepEqual([late.flags[298], late.flags[299], late.flags[300]], [0, 1, 0]);
});

test('what cannot be read is named', async () => {
  await assert.rejects(readParquetColumns(path, ['errors']), {
    code: 'parquet_column_missing',
    message: /no column "errors"; it has event, error, sample/,
  });
  await assert.rejects(readParquetColumns(path, ['gap']), {
    code: 'parquet_unsupported',
    message: /"gap".*nulls/,
  });
  await assert.rejects(readParquetColumns(path, ['cells']), {
    code: 'parquet_unsupported',
    message: /"cells"/,
  });
  await assert.rejects(readParquetColumns(join(folder, 'absent'), ['x']), {
    code: 'io_failed',
    message: /absent/,
  });
});

test('a file cut anywhere, or with a changed byte, gives an error of ours or a table of the right shape', async () => {
  const whole = readFileSync(path);
  const broken = join(folder, 'broken.parquet');
  let seed = 12345;
  const next = (limit: number) => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return Math.floor((seed / 2 ** 32) * limit);
  };
  const rounds = process.env.RMMSTREAM_TEST_LONG === '1' ? 3000 : 300;
  let errors = 0;
  for (let round = 0; round < rounds; round++) {
    const bytes = Buffer.from(whole);
    if (round % 3 > 0) bytes[next(bytes.length)]! ^= 1 << next(8);
    writeFileSync(broken, round % 3 === 0 ? bytes.subarray(0, next(bytes.length)) : bytes);
    try {
      const table = await readParquetColumns(broken, ['event', 'error', 'sample']);
      assert.ok(table.rows <= bytes.length * 8192);
    } catch (error) {
      assert.ok(error instanceof RmmError, `round ${round}: ${String(error)}`);
      assert.match(error.code, /^(parquet_|io_failed)/, error.message);
      errors++;
    }
  }
  assert.ok(errors > rounds / 4, `only ${errors} of ${rounds} damaged files were noticed`);
});
