import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import type { ReadNumberColumn, ReadStringColumn } from '../../../lib/columnar/parquet/column-sink.js';
import { readParquetColumns } from '../../../lib/columnar/parquet/read-columns.js';
import type { ProcessKind } from '../shared/snapshot.js';
import type { ScoreBoard, ScoredRows, TopEntry } from './score-board.js';
import { candidatesOf } from './top-list.js';

const counted = ['sample', 'kind', 'weight', 'met', 'mll'] as const;
const identity = [
  'run_number',
  'event_number',
  'file',
  'entry',
  'ht',
  'n_leptons',
  'n_jets',
  'flcomp',
] as const;

type Columns = Readonly<Record<string, unknown>>;
const numbers = (columns: Columns, name: string) => (columns[name] as ReadNumberColumn).data;
const strings = (columns: Columns, name: string) => columns[name] as ReadStringColumn;

/**
 * Takes a finished file of scores into the board. What identifies events is read only where one of them is among the
 * most anomalous so far.
 * @throws parquet_column_missing, parquet_unsupported, parquet_corrupt, io_failed
 */
export async function takeScores(board: ScoreBoard, path: string, score: string): Promise<void> {
  const { columns } = await readParquetColumns(path, [...counted, score]);
  const values = numbers(columns, score) as Float32Array;
  const sample = strings(columns, 'sample');
  const process = new Int32Array(sample.dictionary.length);
  for (const [code, rows] of rowsBySample(sample)) {
    process[code] = board.add(partOf(columns, score, rows, sample.dictionary[code]!));
  }
  board.files += 1;
  const candidates = candidatesOf(values, board.least, board.topEvents);
  if (candidates.length === 0) return;
  const { columns: more } = await readParquetColumns(path, identity);
  board.offer(
    candidates.map(({ row, score: value }): TopEntry => {
      const at = (name: string) => Number(numbers({ ...columns, ...more }, name)[row]);
      const text = (name: string) => {
        const { codes, dictionary } = strings({ ...columns, ...more }, name);
        return dictionary[codes[row]!]!;
      };
      return {
        score: value,
        process: process[sample.codes[row]!]!,
        path,
        row,
        view: {
          id: createHash('sha256')
            .update(`${basename(path)}\n${row}`)
            .digest('hex')
            .slice(0, 16),
          sample: text('sample'),
          kind: text('kind') as ProcessKind,
          run: at('run_number'),
          event: String(numbers(more, 'event_number')[row]),
          file: text('file'),
          entry: at('entry'),
          score: value,
          weight: at('weight'),
          met: at('met'),
          mll: at('mll'),
          ht: at('ht'),
          leptons: at('n_leptons'),
          jets: at('n_jets'),
          flavours: text('flcomp'),
        },
      };
    }),
  );
}

/** Rows of each sample; `all` where the file holds one only, as with the embedded engine. */
function rowsBySample({ codes, dictionary }: ReadStringColumn): Map<number, Int32Array | 'all'> {
  if (dictionary.length === 1) return new Map([[0, 'all']]);
  const counts = new Int32Array(dictionary.length);
  for (const code of codes) counts[code]! += 1;
  const rows = new Map<number, Int32Array>();
  for (const [code, count] of counts.entries()) if (count > 0) rows.set(code, new Int32Array(count));
  counts.fill(0);
  for (let row = 0; row < codes.length; row += 1) {
    const code = codes[row]!;
    rows.get(code)![counts[code]!] = row;
    counts[code]! += 1;
  }
  return rows;
}

function partOf(columns: Columns, score: string, rows: Int32Array | 'all', sample: string): ScoredRows {
  const kind = strings(columns, 'kind');
  const first = rows === 'all' ? 0 : rows[0]!;
  const of = (name: string) => {
    const all = numbers(columns, name) as Float32Array;
    return rows === 'all' ? all : Float64Array.from(rows, (row) => all[row]!);
  };
  return {
    sample,
    kind: kind.dictionary[kind.codes[first]!] as ProcessKind,
    score: of(score),
    met: of('met'),
    mll: of('mll'),
    weight: of('weight'),
  };
}
