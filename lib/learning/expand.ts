import { RmmError } from '../base/error.js';
import type { Scaler } from './scaler.js';
import type { SparseRows } from './sparse-rows.js';

/** Which stored values of a row with one pattern go through the network, and which around it. */
interface PatternPlan {
  /** Index in the row's stored values of each value that goes through. */
  readonly source: Int32Array;
  /** Its position among the trained columns. */
  readonly target: Int32Array;
  readonly aroundSource: Int32Array;
  /** Its dense column. */
  readonly aroundColumn: Int32Array;
  /** What the columns that go around and are not stored (so are 0) add to a row's sums. */
  readonly missingSquares: number;
  readonly missingAbsolutes: number;
}

/** A scaler in the form the kernels read; made once, valid for any rows of its width. */
export interface ExpansionPlan {
  readonly scaler: Scaler;
  /** Trained columns: the width of an expanded row. */
  readonly width: number;
  /** The scaled row of an event with nothing stored. */
  readonly baseline: Float32Array;
  /** Centre and inverse divisor by position among the trained columns. */
  readonly center: Float64Array;
  readonly inverse: Float64Array;
  /** Inverse divisor by dense column. */
  readonly inverseOfColumn: Float64Array;
  /** Position among the trained columns by dense column, -1 for one that goes around. */
  readonly position: Int32Array;
  readonly patterns: WeakMap<Int32Array, PatternPlan>;
}

export function planExpansion(scaler: Scaler): ExpansionPlan {
  const width = scaler.trained.length;
  const inverseOfColumn = scaler.divisor.map((divisor) => 1 / divisor);
  const center = new Float64Array(width);
  const inverse = new Float64Array(width);
  const baseline = new Float32Array(width);
  const position = new Int32Array(scaler.columns).fill(-1);
  for (let index = 0; index < width; index++) {
    const column = scaler.trained[index]!;
    position[column] = index;
    center[index] = scaler.center[column]!;
    inverse[index] = inverseOfColumn[column]!;
    baseline[index] = (0 - center[index]!) * inverse[index]!;
  }
  const patterns = new WeakMap<Int32Array, PatternPlan>();
  return { scaler, width, baseline, center, inverse, inverseOfColumn, position, patterns };
}

function planPattern(plan: ExpansionPlan, columns: Int32Array): PatternPlan {
  const source: number[] = [];
  const target: number[] = [];
  const aroundSource: number[] = [];
  const aroundColumn: number[] = [];
  const isStored = new Uint8Array(plan.scaler.columns);
  for (let index = 0; index < columns.length; index++) {
    const column = columns[index]!;
    isStored[column] = 1;
    const position = plan.position[column]!;
    if (position >= 0) {
      source.push(index);
      target.push(position);
    } else {
      aroundSource.push(index);
      aroundColumn.push(column);
    }
  }
  let missingSquares = 0;
  let missingAbsolutes = 0;
  for (let column = 0; column < plan.scaler.columns; column++) {
    if (plan.position[column]! >= 0 || isStored[column] !== 0) continue;
    const scaled = plan.scaler.center[column]! * plan.inverseOfColumn[column]!;
    missingSquares += scaled * scaled;
    missingAbsolutes += Math.abs(scaled);
  }
  return {
    source: Int32Array.from(source),
    target: Int32Array.from(target),
    aroundSource: Int32Array.from(aroundSource),
    aroundColumn: Int32Array.from(aroundColumn),
    missingSquares,
    missingAbsolutes,
  };
}

/** Rows together with the plan of each of their patterns. */
export interface BoundRows {
  readonly rows: SparseRows;
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
  const patterns = rows.patterns.map((columns) => {
    let known = plan.patterns.get(columns);
    if (known === undefined) {
      known = planPattern(plan, columns);
      plan.patterns.set(columns, known);
    }
    return known;
  });
  return { rows, plan, patterns };
}

/**
 * Expands rows from..to to dense scaled rows of the trained columns at the start of `out`; what remains of
 * `out` after the last row is set to 0.
 */
export function expandScaled(bound: BoundRows, from: number, to: number, out: Float32Array): void {
  const { width } = bound.plan;
  for (let row = from; row < to; row++) expandRow(bound, row, out, (row - from) * width);
  out.fill(0, (to - from) * width);
}

/** Expands rows order[from..to] into `out`, the first of them at row `outRow`. */
export function expandOrdered(
  bound: BoundRows,
  order: Int32Array,
  from: number,
  to: number,
  out: Float32Array,
  outRow: number,
): void {
  const { width } = bound.plan;
  for (let index = from; index < to; index++) {
    expandRow(bound, order[index]!, out, (outRow + index - from) * width);
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
