import type { Scaler } from './scaler.js';

/** Which stored values of a row with one pattern go through the network, and which around it. */
export interface PatternPlan {
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

/** The plan of rows with the stored columns `columns`, kept for as long as that array lives. */
export function patternPlan(plan: ExpansionPlan, columns: Int32Array): PatternPlan {
  let known = plan.patterns.get(columns);
  if (known === undefined) {
    known = planPattern(plan, columns);
    plan.patterns.set(columns, known);
  }
  return known;
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
