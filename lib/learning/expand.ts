import { RmmError } from '../base/error.js';
import { type ExpansionPlan, type PatternPlan, patternPlan } from './expansion-plan.js';
import type { ScaledCells } from './scaled-rows.js';
import type { SparseRows } from './sparse-rows.js';

/** Rows together with the plan of each of their patterns. */
export interface BoundRows {
  readonly rows: SparseRows;
  readonly plan: ExpansionPlan;
  readonly patterns: readonly PatternPlan[];
}

/** Scaled rows together with the plan of each of their patterns. */
export interface BoundCells {
  readonly cells: ScaledCells;
  readonly plan: ExpansionPlan;
  readonly patterns: readonly PatternPlan[];
}

/**
 * Binds rows to a scaler: one small plan a pattern, kept for as long as the pattern's array lives.
 * @throws RmmError `scaler_mismatch` where the widths differ
 */
export function bindRows(plan: ExpansionPlan, rows: SparseRows): BoundRows {
  if (rows.columns !== plan.scaler.columns) {
    throw new RmmError(
      'scaler_mismatch',
      `rows have ${rows.columns} columns, but scaler ${plan.scaler.id} was made for ${plan.scaler.columns}; use features of the convention that the model names`,
    );
  }
  return { rows, plan, patterns: rows.patterns.map((columns) => patternPlan(plan, columns)) };
}

/**
 * Binds scaled rows to the scaler that made them.
 * @throws RmmError `scaler_mismatch` where another one did, or where a row does not hold what its pattern asks for
 */
export function bindCells(plan: ExpansionPlan, cells: ScaledCells): BoundCells {
  const { scaler } = plan;
  if (cells.scaler !== scaler.id || cells.columns !== scaler.columns) {
    throw new RmmError(
      'scaler_mismatch',
      `rows were scaled by scaler ${cells.scaler} of ${cells.columns} columns where ${scaler.id} of ${scaler.columns} is expected; scale the features again with the scaler of the model`,
      { context: { found: cells.scaler, expected: scaler.id } },
    );
  }
  const patterns = cells.patterns.map((columns) => patternPlan(plan, columns));
  const { offsets, pattern } = cells;
  for (let row = 0; row < cells.rows; row++) {
    const found = offsets[row + 1]! - offsets[row]!;
    const wanted = patterns[pattern[row]!]!.target.length;
    if (found === wanted) continue;
    throw new RmmError(
      'scaler_mismatch',
      `scaled row ${row} holds ${found} values where its cells have ${wanted} trained columns of scaler ${scaler.id}`,
      { context: { row } },
    );
  }
  return { cells, plan, patterns };
}

/** Binds rows of either sort. @throws RmmError `scaler_mismatch` */
export function bind(plan: ExpansionPlan, rows: SparseRows | ScaledCells): BoundRows | BoundCells {
  return 'scaler' in rows ? bindCells(plan, rows) : bindRows(plan, rows);
}

/**
 * Expands rows from..to to dense scaled rows of the trained columns at the start of `out`; what remains of
 * `out` after the last row is set to 0.
 */
export function expandScaled(
  bound: BoundRows | BoundCells,
  from: number,
  to: number,
  out: Float32Array,
): void {
  const { width } = bound.plan;
  // Two loops: one that meets both sorts of rows would be slower for each.
  if ('cells' in bound) {
    for (let row = from; row < to; row++) placeRow(bound, row, out, (row - from) * width);
  } else {
    for (let row = from; row < to; row++) expandRow(bound, row, out, (row - from) * width);
  }
  out.fill(0, (to - from) * width);
}

/** Expands rows order[from..to] into `out`, the first of them at row `outRow`. */
export function expandOrdered(
  bound: BoundRows | BoundCells,
  order: Int32Array,
  from: number,
  to: number,
  out: Float32Array,
  outRow: number,
): void {
  const { width } = bound.plan;
  const shift = outRow - from;
  if ('cells' in bound) {
    for (let index = from; index < to; index++) placeRow(bound, order[index]!, out, (index + shift) * width);
  } else {
    for (let index = from; index < to; index++) expandRow(bound, order[index]!, out, (index + shift) * width);
  }
}

function expandRow(bound: BoundRows, row: number, out: Float32Array, start: number): void {
  const { plan, rows } = bound;
  const { center, inverse } = plan;
  const { source, target } = bound.patterns[rows.pattern[row]!]!;
  const { values } = rows;
  const offset = rows.offsets[row]!;
  out.set(plan.baseline, start);
  for (let index = 0; index < target.length; index++) {
    const position = target[index]!;
    out[start + position] = (values[offset + source[index]!]! - center[position]!) * inverse[position]!;
  }
}

function placeRow(bound: BoundCells, row: number, out: Float32Array, start: number): void {
  const { plan, cells } = bound;
  const { target } = bound.patterns[cells.pattern[row]!]!;
  const { values } = cells;
  const offset = cells.offsets[row]!;
  out.set(plan.baseline, start);
  for (let index = 0; index < target.length; index++) out[start + target[index]!] = values[offset + index]!;
}

/**
 * For rows from..to: the sums over the columns that go around the network of the squared and of the absolute
 * scaled distance from their usual value, written from index 0 on.
 */
export function aroundSums(
  bound: BoundRows,
  from: number,
  to: number,
  squares: Float64Array,
  absolutes: Float64Array,
): void {
  const { plan, rows } = bound;
  const { center } = plan.scaler;
  const { inverseOfColumn } = plan;
  for (let row = from; row < to; row++) {
    const pattern = bound.patterns[rows.pattern[row]!]!;
    const { aroundSource, aroundColumn } = pattern;
    const offset = rows.offsets[row]!;
    let square = pattern.missingSquares;
    let absolute = pattern.missingAbsolutes;
    for (let index = 0; index < aroundColumn.length; index++) {
      const column = aroundColumn[index]!;
      const value = rows.values[offset + aroundSource[index]!]!;
      const scaled = (value - center[column]!) * inverseOfColumn[column]!;
      square += scaled * scaled;
      absolute += Math.abs(scaled);
    }
    squares[row - from] = square;
    absolutes[row - from] = absolute;
  }
}
