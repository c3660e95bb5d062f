import type { ScoreSums } from './backend.js';
import type { NetworkScore } from './score-plan.js';

/** A mean absolute error below this counts as this, so that its logarithm is finite: the least normal float32. */
export const leastAbsoluteError = 1.1754943508222875e-38;

/** What goes around the network, of the rows of a batch. */
export interface AroundSums {
  readonly squares: Float64Array;
  readonly absolutes: Float64Array;
}

/**
 * One score of `count` rows of a batch, over all `columns` columns of the features:
 * `error` the mean of d^2, `error_normalised` the mean of d^2 / usual error of the column (1 for what goes around),
 * `error_abs` ln of the mean of abs(d).
 */
export function networkScore(
  type: NetworkScore,
  sums: ScoreSums,
  around: AroundSums,
  count: number,
  columns: number,
  out: Float64Array,
  at: number,
): void {
  if (type === 'error_abs') {
    const { absolutes } = sums;
    for (let row = 0; row < count; row++) {
      const absolute = (absolutes[row]! + around.absolutes[row]!) / columns;
      out[at + row] = Math.log(Math.max(absolute, leastAbsoluteError));
    }
    return;
  }
  const squares = type === 'error' ? sums.squares : sums.normalised;
  for (let row = 0; row < count; row++) out[at + row] = (squares[row]! + around.squares[row]!) / columns;
}

/**
 * Mean and standard deviation (ddof 0) over members, row by row.
 * @param values members x batch
 */
export function meanAndSpread(
  values: Float64Array,
  members: number,
  batch: number,
  count: number,
  mean: Float64Array,
  spread: Float64Array,
  at: number,
): void {
  for (let row = 0; row < count; row++) {
    let sum = 0;
    for (let member = 0; member < members; member++) sum += values[member * batch + row]!;
    const middle = sum / members;
    let squares = 0;
    for (let member = 0; member < members; member++) {
      const distance = values[member * batch + row]! - middle;
      squares += distance * distance;
    }
    mean[at + row] = middle;
    spread[at + row] = Math.sqrt(squares / members);
  }
}
