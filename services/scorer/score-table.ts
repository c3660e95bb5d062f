import type { ParquetColumn } from '../../lib/columnar/parquet/column.js';
import type { ScoreColumns } from '../../lib/learning/score-rows.js';
import { splitNames } from '../../lib/physics/identity.js';
import { flavourNames } from '../../lib/physics/quantities.js';
import type { RowTable } from '../featurizer/row-table.js';

/** A text for each row, as codes into a dictionary; or one for all of them. */
export type RowTexts = string | { readonly codes: Int32Array; readonly dictionary: readonly string[] };

/** Where the rows of a score file come from, and what has made them. */
export interface ScoreTexts {
  readonly sample: RowTexts;
  readonly kind: RowTexts;
  readonly file: RowTexts;
  readonly modelVersion: string;
  readonly scalerVersion: string;
}

export type ScoreName = 'error' | 'error_normalised' | 'error_abs';

/** The columns of a score file, in the order of the contract. */
export function scoreTable(
  table: RowTable,
  scores: ScoreColumns,
  texts: ScoreTexts,
  names: readonly ScoreName[],
): ParquetColumn[] {
  const { rows, columns } = table;
  const text = (name: string, value: RowTexts): ParquetColumn =>
    typeof value === 'string'
      ? { name, type: 'dictionary', codes: new Uint8Array(rows), dictionary: [value] }
      : { name, type: 'dictionary', codes: value.codes.subarray(0, rows), dictionary: value.dictionary };
  const float = (name: string, values: Float32Array, nanIsNull = false): ParquetColumn => ({
    name,
    type: 'float',
    data: values.subarray(0, rows),
    ...(nanIsNull ? { nanIsNull } : {}),
  });
  const byName: Readonly<Record<ScoreName, Float64Array>> = {
    error: scores.error,
    error_normalised: scores.errorNormalised,
    error_abs: scores.errorAbs,
  };
  return [
    { name: 'run_number', type: 'int32', data: columns.run.subarray(0, rows) },
    { name: 'event_number', type: 'int64', data: columns.event.subarray(0, rows) },
    { name: 'channel', type: 'int32', data: columns.channel.subarray(0, rows) },
    text('sample', texts.sample),
    text('kind', texts.kind),
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
    ...names.map((name) => float(name, new Float32Array(byName[name].subarray(0, rows)))),
    float('log10_error', log10Of(scores.error, rows)),
    text('file', texts.file),
    text('model_version', texts.modelVersion),
    text('scaler_version', texts.scalerVersion),
    { name: 'entry', type: 'int64', data: columns.entry.subarray(0, rows) },
    { name: 'late', type: 'boolean', flags: columns.late.subarray(0, rows) },
  ];
}

function log10Of(values: Float64Array, rows: number): Float32Array {
  const out = new Float32Array(rows);
  for (let row = 0; row < rows; row += 1) out[row] = Math.log10(values[row]!);
  return out;
}
