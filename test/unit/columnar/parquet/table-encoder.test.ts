import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import type { ParquetColumn } from '../../../../lib/columnar/parquet/column.js';
import { ParquetFileWriter, writeParquetFile } from '../../../../lib/columnar/parquet/file-writer.js';
import { encodeParquet, TableEncoder } from '../../../../lib/columnar/parquet/table-encoder.js';
import { queryWithDuckdb, readWithHyparquet } from './foreign-readers.js';

const folder = mkdtempSync(join(tmpdir(), 'rmmstream-parquet-'));
test.after(() => rmSync(folder, { recursive: true }));

const bigNumbers = BigInt64Array.of(
  9_007_199_254_740_993n,
  -9_007_199_254_740_993n,
  2n ** 63n - 1n,
  -(2n ** 63n),
  0n,
  -1n,
);

/** One column of each kind; values that a careless writer gets wrong. */
const everyKind: ParquetColumn[] = [
  { name: 'small', type: 'int16', data: Int16Array.of(-32768, 32767, 0, -1, 1, 300) },
  { name: 'whole', type: 'int32', data: Int32Array.of(-(2 ** 31), 2 ** 31 - 1, 0, -1, 1, 7) },
  { name: 'big', type: 'int64', data: bigNumbers },
  {
    name: 'single',
    type: 'float',
    data: Float32Array.of(-0, 1e-45, 3.4e38, Number.NEGATIVE_INFINITY, 0.1, -1),
  },
  {
    name: 'real',
    type: 'double',
    data: Float64Array.of(5e-324, 1.7e308, -0.1, Number.POSITIVE_INFINITY, 0, 2),
  },
  {
    name: 'gaps',
    type: 'float',
    nanIsNull: true,
    data: Float32Array.of(1, Number.NaN, 2.5, Number.NaN, Number.NaN, 3),
  },
  { name: 'holes', type: 'int64', validity: Uint8Array.of(0, 1, 1, 0, 1, 1), data: bigNumbers },
  { name: 'none', type: 'double', nanIsNull: true, data: new Float64Array(6).fill(Number.NaN) },
  {
    name: 'word',
    type: 'dictionary',
    codes: Uint8Array.of(3, 0, 3, 4, 0, 3),
    dictionary: ['é', 'unused', 'x', '', 'zz'],
  },
  { name: 'yes', type: 'boolean', flags: Uint8Array.of(1, 0, 0, 1, 1, 0) },
  { name: 'never', type: 'boolean', flags: new Uint8Array(6) },
  {
    name: 'cells',
    type: 'list<int32>',
    offsets: Int32Array.of(0, 2, 2, 3, 3, 6, 6),
    values: Int32Array.of(1, -2, 3, 4, 5, 6),
  },
  {
    name: 'values',
    type: 'list<float>',
    offsets: Int32Array.of(1, 1, 3, 3, 3, 4, 5),
    values: Float32Array.of(9, 0.5, -0.25, 1e30, 7),
  },
];

const expected: Record<string, unknown[]> = {
  small: [-32768, 32767, 0, -1, 1, 300],
  whole: [-(2 ** 31), 2 ** 31 - 1, 0, -1, 1, 7],
  big: [...bigNumbers],
  single: [-0, Math.fround(1e-45), Math.fround(3.4e38), Number.NEGATIVE_INFINITY, Math.fround(0.1), -1],
  real: [5e-324, 1.7e308, -0.1, Number.POSITIVE_INFINITY, 0, 2],
  gaps: [1, null, 2.5, null, null, 3],
  holes: [null, bigNumbers[1], bigNumbers[2], null, 0n, -1n],
  none: [null, null, null, null, null, null],
  word: ['', 'é', '', 'zz', 'é', ''],
  yes: [true, false, false, true, true, false],
  never: [false, false, false, false, false, false],
  cells: [[1, -2], [], [3], [], [4, 5, 6], []],
  values: [[], [0.5, -0.25], [], [], [Math.fround(1e30)], [7]],
};

for (const codec of ['zstd', 'none'] as const) {
  for (const rowGroupRows of [100, 4, 1]) {
    test(`hyparquet and DuckDB read every kind of column: ${codec}, row groups of ${rowGroupRows}`, async () => {
      const options = { codec, rowGroupRows };
      const { columns } = await readWithHyparquet(encodeParquet(everyKind, options));
      assert.deepEqual(columns, expected);
      const path = join(folder, `every-${codec}-${rowGroupRows}.parquet`);
      writeParquetFile(path, everyKind, options);
      assert.deepEqual(await queryWithDuckdb(`select * from '${path}'`), expected);
    });
  }
}

test('rising numbers keep every value at all step widths and lengths around a block', async () => {
  for (const rows of [2, 32, 33, 128, 129, 130, 161, 257]) {
    const columns: ParquetColumn[] = [];
    const wanted: Record<string, unknown[]> = {};
    for (const width of [0, 1, 7, 8, 13, 22]) {
      const steps = Array.from({ length: rows }, (_, i) => 3 + (((i * 2654435761) >>> 0) % 2 ** width));
      const data = new Int32Array(rows);
      for (let i = 1; i < rows; i++) data[i] = data[i - 1]! + Math.min(steps[i]!, Math.floor(2 ** 31 / rows));
      const big = BigInt64Array.from(data, (value) => BigInt(value) - 2n ** 53n - 12345n);
      columns.push(
        { name: `int${width}`, type: 'int32', data },
        { name: `big${width}`, type: 'int64', data: big },
      );
      wanted[`int${width}`] = [...data];
      wanted[`big${width}`] = [...big];
    }
    // One step of almost the whole span: a width of 31 bits.
    const leap = Int32Array.from({ length: rows }, (_, i) => (i < rows - 1 ? -5 : 2 ** 31 - 7));
    columns.push({ name: 'leap', type: 'int32', data: leap });
    wanted.leap = [...leap];
    const chunks = encodeParquet(columns);
    const { columns: read, metadata } = await readWithHyparquet(chunks);
    assert.deepEqual(read, wanted);
    if (rows > 16)
      assert.ok(metadata.row_groups[0]!.columns[0]!.meta_data!.encodings.includes('DELTA_BINARY_PACKED'));
    const path = join(folder, `rising-${rows}.parquet`);
    writeParquetFile(path, columns);
    assert.deepEqual(await queryWithDuckdb(`select * from '${path}'`), wanted);
  }
});

test('dictionaries of 1 to 5,000 strings and several pages come back', async () => {
  const rows = 150_001;
  for (const size of [1, 2, 3, 255, 256, 257, 5000]) {
    const dictionary = Array.from({ length: size }, (_, i) => `word-${i}`);
    const codes = Int32Array.from({ length: rows }, (_, i) => (i * 7919) % size);
    const { columns } = await readWithHyparquet(
      encodeParquet([{ name: 'word', type: 'dictionary', codes, dictionary }], { rowGroupRows: 140_000 }),
    );
    const read = columns.word!;
    assert.equal(read.length, rows);
    for (let i = 0; i < rows; i++)
      if (read[i] !== dictionary[codes[i]!]) assert.equal(read[i], dictionary[codes[i]!]);
  }
});

test('lists that span several pages come back', async () => {
  const rows = 60_000;
  const offsets = new Int32Array(rows + 1);
  for (let i = 0; i < rows; i++) offsets[i + 1] = offsets[i]! + ((i * 31) % 17);
  const values = Float32Array.from({ length: offsets[rows]! }, (_, i) => i / 8);
  const path = join(folder, 'lists.parquet');
  writeParquetFile(path, [{ name: 'values', type: 'list<float>', offsets, values }]);
  const [read, whole] = await Promise.all([
    queryWithDuckdb(`select len("values") as n, "values"[1] as first, "values"[-1] as last from '${path}'`),
    readWithHyparquet(encodeParquet([{ name: 'values', type: 'list<float>', offsets, values }])),
  ]);
  for (let i = 0; i < rows; i++) {
    const list = values.subarray(offsets[i], offsets[i + 1]);
    assert.equal(Number(read.n![i]), list.length);
    if (list.length > 0) {
      assert.equal(read.first![i], list[0]);
      assert.equal(read.last![i], list[list.length - 1]);
    }
    assert.deepEqual(whole.columns.values![i], [...list]);
  }
});

test('statistics hold the bounds and the count of nulls of each row group', async () => {
  const { metadata } = await readWithHyparquet(encodeParquet(everyKind));
  const statistics = Object.fromEntries(
    metadata.row_groups[0]!.columns.map((column) => [
      column.meta_data!.path_in_schema[0],
      column.meta_data!.statistics!,
    ]),
  );
  assert.deepEqual([statistics.big!.min_value, statistics.big!.max_value], [-(2n ** 63n), 2n ** 63n - 1n]);
  assert.deepEqual([statistics.small!.min_value, statistics.small!.max_value], [-32768, 32767]);
  assert.deepEqual(
    [statistics.gaps!.min_value, statistics.gaps!.max_value, statistics.gaps!.null_count],
    [1, 3, 3n],
  );
  assert.deepEqual([statistics.none!.min_value, statistics.none!.null_count], [undefined, 6n]);
  assert.deepEqual([statistics.word!.min_value, statistics.word!.max_value], ['', 'é']);
  // A bound of zero covers both zeros.
  const zeros = await readWithHyparquet(
    encodeParquet([{ name: 'x', type: 'float', data: Float32Array.of(0, 0, -0) }]),
  );
  const zero = zeros.metadata.row_groups[0]!.columns[0]!.meta_data!.statistics!;
  assert.ok(Object.is(zero.min_value, -0) && Object.is(zero.max_value, 0));
  // A NaN that is a value and no null makes bounds unusable.
  const nan = await readWithHyparquet(
    encodeParquet([{ name: 'x', type: 'float', data: Float32Array.of(1, Number.NaN, 3) }]),
  );
  assert.equal(nan.metadata.row_groups[0]!.columns[0]!.meta_data!.statistics!.min_value, undefined);
  assert.deepEqual(nan.columns.x, [1, Number.NaN, 3]);
});

test('DuckDB finds single rows through the statistics of many row groups', async () => {
  const rows = 1000;
  const event = BigInt64Array.from(
    { length: rows },
    (_, i) => 9_007_199_254_740_993n + BigInt((i * 37) % rows),
  );
  const score = Float32Array.from({ length: rows }, (_, i) => Math.sin(i));
  const path = join(folder, 'groups.parquet');
  writeParquetFile(
    path,
    [
      { name: 'event', type: 'int64', data: event },
      { name: 'score', type: 'float', data: score },
    ],
    { rowGroupRows: 64 },
  );
  const found = await queryWithDuckdb(`select score from '${path}' where event = ${event[777]}`);
  assert.deepEqual(found.score, [score[777]]);
  const high = await queryWithDuckdb(`select count(*)::int as n from '${path}' where score > 0.99`);
  assert.deepEqual(high.n, [score.filter((value) => value > 0.99).length]);
});

test('tables without rows, without columns and with one row can be read', async () => {
  const empty = everyKind.map((column): ParquetColumn => {
    if ('codes' in column) return { ...column, codes: new Uint8Array(0), dictionary: [] };
    if ('offsets' in column) return { ...column, offsets: new Int32Array(1) };
    if ('flags' in column) return { ...column, flags: new Uint8Array(0) };
    return { name: column.name, type: 'float', data: new Float32Array(0) };
  });
  const path = join(folder, 'empty.parquet');
  writeParquetFile(path, empty);
  const none = await queryWithDuckdb(`select count(*)::int as n from '${path}'`);
  assert.deepEqual(none.n, [0]);
  assert.equal((await readWithHyparquet(encodeParquet(empty))).metadata.num_rows, 0n);
  assert.equal((await readWithHyparquet(encodeParquet([]))).metadata.num_rows, 0n);
});

test('key-value metadata stands in the footer', async () => {
  const keyValueMetadata = { 'rmmstream.layout': 'rmm/thesis', empty: '', ü: '☃' };
  const { metadata } = await readWithHyparquet(encodeParquet(everyKind, { keyValueMetadata }));
  const read = Object.fromEntries(metadata.key_value_metadata!.map(({ key, value }) => [key, value]));
  assert.deepEqual(read, keyValueMetadata);
});

test('a file written piece by piece holds the same bytes as one written at once', async () => {
  const path = join(folder, 'pieces.parquet');
  const piece = (from: number, to: number): ParquetColumn[] => [
    {
      name: 'x',
      type: 'int32',
      data: Int32Array.from({ length: to - from }, (_, i) => (from + i) ** 2 % 9973),
    },
  ];
  const writer = new ParquetFileWriter(path, { rowGroupRows: 10 });
  writer.writeRowGroup(piece(0, 10));
  writer.writeRowGroup(piece(10, 20));
  writer.writeRowGroup(piece(20, 25));
  writer.finish();
  writer.abort();
  assert.equal(writer.rows, 25);
  const { readFileSync, readdirSync } = await import('node:fs');
  assert.deepEqual(readFileSync(path), Buffer.concat(encodeParquet(piece(0, 25), { rowGroupRows: 10 })));
  const given = new ParquetFileWriter(join(folder, 'sub', 'given-up.parquet'));
  given.writeRowGroup(piece(0, 3));
  given.abort();
  assert.deepEqual(readdirSync(join(folder, 'sub')), []);
});

test('columns that form no table are refused by name', () => {
  const x: ParquetColumn = { name: 'x', type: 'float', data: Float32Array.of(1, 2) };
  const refused: [ParquetColumn[], RegExp][] = [
    [[x, { name: 'y', type: 'float', data: Float32Array.of(1) }], /"y" holds 1 rows where the table has 2/],
    [[x, x], /"x" appears twice/],
    [
      [{ name: 'c', type: 'dictionary', codes: Uint8Array.of(0, 2), dictionary: ['a', 'b'] }],
      /"c" has code 2 in row 1/,
    ],
    [[{ name: 'c', type: 'dictionary', codes: Int32Array.of(-1), dictionary: ['a'] }], /code -1/],
    [
      [{ name: 'l', type: 'list<float>', offsets: Int32Array.of(0, 2, 1), values: new Float32Array(2) }],
      /offsets that fall/,
    ],
    [
      [{ name: 'l', type: 'list<float>', offsets: Int32Array.of(0, 3), values: new Float32Array(2) }],
      /beyond its 2 values/,
    ],
    [
      [{ name: 'l', type: 'list<int32>', offsets: new Int32Array(0), values: new Int32Array(0) }],
      /no offsets/,
    ],
    [
      [{ name: 'v', type: 'float', data: Float32Array.of(1, 2), validity: Uint8Array.of(1) }],
      /1 validity bytes/,
    ],
    [[{ name: 'v', type: 'int32', data: Int32Array.of(1), nanIsNull: true }], /nanIsNull/],
  ];
  for (const [columns, message] of refused) {
    assert.throws(() => encodeParquet(columns), { code: 'table_shape_invalid', message });
  }
  const encoder = new TableEncoder();
  encoder.rowGroups([x]);
  assert.throws(() => encoder.rowGroups([{ ...x, nanIsNull: true }]), { code: 'table_shape_invalid' });
  assert.throws(() => encoder.rowGroups([]), { code: 'table_shape_invalid' });
});

test('a folder in place of the file is an input-output error that names the path', () => {
  const path = join(folder, 'taken');
  const writer = new ParquetFileWriter(join(path, 'inner.parquet'));
  writer.abort();
  assert.throws(() => writeParquetFile(path, []), { code: 'io_failed', message: /taken/ });
});
