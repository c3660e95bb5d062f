// The writer's half of the bench: the score table through our encoder and hyparquet-writer.
// usage: node dist/bench/parquet-writing.js [rows] [output folder]; parquet-writing.py runs it beside pyarrow.
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parquetWriteFile } from 'hyparquet-writer';
import { columnRows, type ParquetColumn } from '../lib/columnar/parquet/column.js';
import { writeParquetFile } from '../lib/columnar/parquet/file-writer.js';
import { zstdCompressor } from '../lib/columnar/parquet/zstd.js';
import { scoreTable } from './score-table.js';

const rows = Number(process.argv[2] ?? 1_000_000);
const folder = process.argv[3] ?? mkdtempSync(join(tmpdir(), 'rmmstream-bench-'));
mkdirSync(folder, { recursive: true });
const columns = scoreTable(rows);

/** Best of `repeats` runs, in microseconds of processor time a row. */
function time(repeats: number, act: () => void): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < repeats; i++) {
    const start = process.cpuUsage();
    act();
    const { user, system } = process.cpuUsage(start);
    best = Math.min(best, (user + system) / rows);
  }
  return best;
}

function plainColumn(column: ParquetColumn): {
  name: string;
  data: unknown[] | ArrayLike<number | bigint>;
  type: string;
} {
  if ('codes' in column) {
    return {
      name: column.name,
      type: 'STRING',
      data: Array.from(column.codes, (code) => column.dictionary[code]!),
    };
  }
  if ('offsets' in column) throw new Error('the score table holds no lists');
  if ('flags' in column)
    return { name: column.name, type: 'BOOLEAN', data: Array.from(column.flags, (flag) => flag === 1) };
  const type = { int16: 'INT32', int32: 'INT32', int64: 'INT64', float: 'FLOAT', double: 'DOUBLE' }[
    column.type
  ];
  if (column.nanIsNull === true) {
    return {
      name: column.name,
      type,
      data: Array.from(column.data as Float32Array, (x) => (Number.isNaN(x) ? null : x)),
    };
  }
  return { name: column.name, type, data: column.data };
}

const ours = join(folder, 'ours.parquet');
const plain = join(folder, 'ours-uncompressed.parquet');
const theirs = join(folder, 'hyparquet-writer.parquet');
const result: Record<string, number> = {
  rows: columnRows(columns[0]!),
  columns: columns.length,
  'rmmstream zstd us/row': time(5, () => writeParquetFile(ours, columns)),
  'rmmstream uncompressed us/row': time(5, () => writeParquetFile(plain, columns, { codec: 'none' })),
};
result['rmmstream zstd bytes/row'] = statSync(ours).size / rows;
if (process.argv[4] !== 'ours') {
  const compress = zstdCompressor();
  const columnData = columns.map(plainColumn) as Parameters<typeof parquetWriteFile>[0]['columnData'];
  result['hyparquet-writer zstd us/row'] = time(2, () => {
    parquetWriteFile({
      filename: theirs,
      columnData,
      codec: 'ZSTD',
      compressors: { ZSTD: (bytes) => compress(new Uint8Array(bytes)) },
      rowGroupSize: 262_144,
    });
  });
  result['hyparquet-writer zstd bytes/row'] = statSync(theirs).size / rows;
}
result['peak resident MB'] = process.resourceUsage().maxRSS / 1024;
process.stdout.write(`${JSON.stringify(result)}\n`);
if (process.argv[3] === undefined) rmSync(folder, { recursive: true });
