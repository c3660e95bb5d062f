import type { FeatureRows } from '../../lib/physics/feature-rows.js';
import { split } from '../../lib/physics/identity.js';
import type { RowColumns } from '../featurizer/row-columns.js';
import type { TrainingRows } from './segment.js';

/** How rows are dealt out: the same for all blocks of a run. */
export interface Dealing {
  /** The validation rows go into one more behind them. */
  readonly megasets: number;
  /** Share of the validation rows that is kept. */
  readonly validationShare: number;
}

/** Share of `validationRows` rows that leaves about `wanted` of them. */
export function validationShareOf(validationRows: number, wanted: number): number {
  return Math.min(1, wanted / Math.max(1, validationRows));
}

/** Rows of a block that are trained or validated on, with the megaset of each, for MegasetWriter.add. */
export interface TrainingPart {
  readonly rows: TrainingRows;
  readonly megaset: Int16Array;
}

/**
 * Picks what the trainer keeps of a block; nothing is shared with it.
 * @param cells feature rows, or scaled rows: the same rows are picked
 * @param source index of the block's file in the run's order of fingerprints
 */
export function trainingPart(
  cells: FeatureRows,
  columns: RowColumns,
  source: number,
  { megasets, validationShare }: Dealing,
): TrainingPart {
  const kept = new Int32Array(cells.rows);
  let count = 0;
  for (let row = 0; row < cells.rows; row += 1) {
    const code = columns.split[row]!;
    const isKept =
      code === split.train ||
      (code === split.validation && columns.hash_high[row]! < validationShare * 0x100000000);
    // A late row has neither split: the scaler was frozen without it (decisions.md 21).
    if (isKept && columns.late[row] === 0) kept[count++] = row;
  }
  const rows = kept.subarray(0, count);
  const megaset = Int16Array.from(rows, (row) =>
    columns.split[row] === split.train ? columns.megaset[row]! : megasets,
  );
  return { rows: pickRows(cells, columns, rows, source), megaset };
}

function pickRows(cells: FeatureRows, columns: RowColumns, rows: Int32Array, source: number): TrainingRows {
  const { maskWords } = cells;
  const offsets = new Int32Array(rows.length + 1);
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index]!;
    offsets[index + 1] = offsets[index]! + cells.offsets[row + 1]! - cells.offsets[row]!;
  }
  const masks = new Uint32Array(rows.length * maskWords);
  const values = new Float32Array(offsets[rows.length]!);
  for (let index = 0; index < rows.length; index += 1) {
    const row = rows[index]!;
    for (let word = 0; word < maskWords; word += 1)
      masks[index * maskWords + word] = cells.masks[row * maskWords + word]!;
    values.set(cells.values.subarray(cells.offsets[row]!, cells.offsets[row + 1]!), offsets[index]!);
  }
  const { weight, channel, hash_high: high, hash_low: low, entry } = columns;
  // As pairs of 32-bit halves: reading a BigInt64Array would allocate a BigInt each time.
  const halves = new Int32Array(entry.buffer, entry.byteOffset, 2 * entry.length);
  return {
    rows: rows.length,
    columns: cells.columns,
    maskWords,
    hashHigh: Uint32Array.from(rows, (row) => high[row]!),
    hashLow: Uint32Array.from(rows, (row) => low[row]!),
    source: new Int32Array(rows.length).fill(source),
    entry: Float64Array.from(rows, (row) => halves[2 * row + 1]! * 0x100000000 + (halves[2 * row]! >>> 0)),
    weight: Float64Array.from(rows, (row) => weight[row]!),
    channel: Int32Array.from(rows, (row) => channel[row]!),
    masks,
    offsets,
    values,
  };
}
