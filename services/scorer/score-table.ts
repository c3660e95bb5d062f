import { invariant } from '../../lib/base/error.js';
import type { ParquetColumn } from '../../lib/columnar/parquet/column.js';
import type { ScoreColumns, ScorePlan } from '../../lib/learning/score-plan.js';
import { splitNames } from '../../lib/physics/identity.js';
import { flavourNames } from '../../lib/physics/quantities.js';
import type { RowTable } from '../featurizer/row-table.js';

/** What is the same for all rows of a block, and in a run in one process of a file. */
export interface ScoreConstants {
  readonly sample: string;
  readonly kind: string;
  readonly file: string;
  readonly modelVersion: string;
  readonly scalerVersion: string;
}

/** Rows of a score file that follow each other and have the same constants. */
export interface ScorePart extends ScoreConstants {
  readonly rows: number;
}

/**
 * The columns of a score file, in the order of the contract (lib/config/score-columns.ts names those beside the scores).
 * `parts` are all rows of the table, in their order.
 */
export function scoreTable(
  table: RowTable,
  scores: ScoreColumns,
  parts: readonly ScorePart[],
  { written, error }: Pick<ScorePlan, 'written' | 'error'>,
): ParquetColumn[] {
  const { rows, columns } = table;
  const counted = parts.reduce((sum, part) => sum + part.rows, 0);
  invariant(counted === rows, `the parts of a score table have ${counted} rows of ${rows}`);
  const constant = (name: string, of: (part: ScorePart) => string): ParquetColumn => {
    const dictionary = [...new Set(parts.map(of))];
    const codes = new Uint16Array(rows);
    let at = 0;
    for (const part of parts) {
      codes.fill(dictionary.indexOf(of(part)), at, at + part.rows);
      at += part.rows;
    }
    return { name, type: 'dictionary', codes, dictionary };
  };
  const float = (name: string, values: Float32Array, nanIsNull = false): ParquetColumn => ({
    name,
    type: 'float',
    data: values.subarray(0, rows),
    ...(nanIsNull ? { nanIsNull } : {}),
  });
  return [
    { name: 'run_number', type: 'int32', data: columns.run.subarray(0, rows) },
    { name: 'event_number', type: 'int64', data: columns.event.subarray(0, rows) },
    { name: 'channel', type: 'int32', data: columns.channel.subarray(0, rows) },
    constant('sample', ({ sample }) => sample),
    constant('kind', ({ kind }) => kind),
    { name: 'split', type: 'dictionary', codes: columns.split.subarray(0, rows), dictionary: splitNames },
    { name: 'megaset', type: 'int16', data: columns.megaset.subarray(0, rows) },
    { name: 'weight', type: 'double', data: columns.weight.subarray(0, rows) },
    float('met', columns.met),
    float('met_phi', columns.met_phi),
    float('mll', columns.mll),
    float('mlll', columns.mlll, true),
    float('ht', columns.ht),
    { name: 'n_leptons', type: 'int16', data: columns.n_leptons.subarray(0, rows) },
    { name: 'n_jets', type: 'int16', data: columns.n_jets.subarray(0, rows) },
    { name: 'flcomp', type: 'dictionary', codes: columns.flcomp.subarray(0, rows), dictionary: flavourNames },
    ...written.map((name) => float(name, new Float32Array(scores[name]!.subarray(0, rows)))),
    float('log10_error', log10Of(scores[error]!, rows)),
    constant('file', ({ file }) => file),
    constant('model_version', ({ modelVersion }) => modelVersion),
    constant('scaler_version', ({ scalerVersion }) => scalerVersion),
    { name: 'entry', type: 'int64', data: columns.entry.subarray(0, rows) },
    { name: 'late', type: 'boolean', flags: columns.late.subarray(0, rows) },
  ];
}

function log10Of(values: Float64Array, rows: number): Float32Array {
  const out = new Float32Array(rows);
  for (let row = 0; row < rows; row += 1) out[row] = Math.log10(values[row]!);
  return out;
}
