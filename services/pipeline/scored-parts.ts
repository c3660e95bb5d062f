import { join } from 'node:path';
import { type ReadTable, readParquetColumns } from '../../lib/columnar/parquet/read-columns.js';
import { type Config, scoreColumnNames } from '../../lib/config/index.js';
import type { RangeRecord } from './records.js';

/** Some scored events of one sample: all of them for a signal, the test part for background. */
export interface ScoredPart {
  readonly sample: string;
  readonly kind: string;
  readonly rows: number;
  readonly read: () => Promise<Collected>;
}

/** Scores of the events that the figures are made of: test background, and signals by sample. */
export interface Collected {
  readonly met: Float32Array;
  readonly energy: Float32Array;
  readonly weights: Float64Array;
  readonly scores: Readonly<Record<string, Float32Array>>;
}

/** The score files of ranges, one part each, in the fixed order of the records. */
export function partsOfRanges(
  records: readonly RangeRecord[],
  scoreFolder: string,
  config: Config,
): ScoredPart[] {
  const scoreNames = scoreColumnNames(config);
  return records.map(({ name, sample, kind, rows }) => ({
    sample,
    kind,
    rows,
    read: async () =>
      collect(
        await readScores(join(scoreFolder, `${name}.parquet`), scoreNames),
        kind === 'background',
        scoreNames,
      ),
  }));
}

/** The columns of a score file that figures are made of. */
export function readScores(path: string, scoreNames: readonly string[]): Promise<ReadTable> {
  return readParquetColumns(path, ['split', 'weight', 'met', 'ht', ...scoreNames]);
}

/** Rows [from, to) of a score table, or the test part of them. */
export function collect(
  table: ReadTable,
  testOnly: boolean,
  scoreNames: readonly string[],
  from = 0,
  to = table.rows,
): Collected {
  const split = table.columns.split!;
  const kept: number[] = [];
  const test = split.type === 'dictionary' ? split.dictionary.indexOf('test') : -1;
  for (let row = from; row < to; row += 1) {
    if (!testOnly || (split.type === 'dictionary' && split.codes[row] === test)) kept.push(row);
  }
  const rows = Int32Array.from(kept);
  const float = (name: string) => {
    const { data } = table.columns[name] as { readonly data: Float32Array };
    return Float32Array.from(rows, (row) => data[row]!);
  };
  const met = float('met');
  const ht = float('ht');
  const { data: weight } = table.columns.weight as { readonly data: Float64Array };
  return {
    met,
    energy: Float32Array.from(ht, (value, index) => value + met[index]!),
    weights: Float64Array.from(rows, (row) => weight[row]!),
    scores: Object.fromEntries(scoreNames.map((name) => [name, float(name)])),
  };
}
