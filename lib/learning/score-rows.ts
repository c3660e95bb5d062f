import type { Scorer } from './backend.js';
import { aroundSums, bindRows, type ExpansionPlan, expandScaled } from './expand.js';
import type { SparseRows } from './sparse-rows.js';

/** Rows of a scoring batch: 256 to 1,024 are equally fast, smaller ones pay for calls, larger ones leave the cache. */
export const scoringBatch = 512;

/** Scores of rows, one entry each. */
export interface ScoreColumns {
  /** Mean over all n columns of d^2. */
  readonly error: Float64Array;
  /** Mean over all n columns of d^2 / usual error of the column; columns that go around have 1. */
  readonly errorNormalised: Float64Array;
  /** ln of the mean over all n columns of abs(d). */
  readonly errorAbs: Float64Array;
}

/** A mean absolute error below this counts as this, so that its logarithm is finite: the least normal float32. */
export const leastAbsoluteError = 1.1754943508222875e-38;

export function createScoreColumns(rows: number): ScoreColumns {
  return {
    error: new Float64Array(rows),
    errorNormalised: new Float64Array(rows),
    errorAbs: new Float64Array(rows),
  };
}

/** Rows to scores, with buffers that are used again for every call. Calls must not overlap. */
export class RowScorer {
  private readonly x: Float32Array;
  private readonly squares: Float64Array;
  private readonly absolutes: Float64Array;

  constructor(
    private readonly scorer: Scorer,
    private readonly plan: ExpansionPlan,
  ) {
    this.x = new Float32Array(scorer.batch * plan.width);
    this.squares = new Float64Array(scorer.batch);
    this.absolutes = new Float64Array(scorer.batch);
  }

  /**
   * Scores all rows, in batches cut from row 0 on, the last one zero-padded: a backend's last bits may depend
   * on the shape of a batch, so rows of one source range belong into one call.
   * @param at where in `out` the first row goes
   */
  async score(rows: SparseRows, out: ScoreColumns, at = 0): Promise<void> {
    const bound = bindRows(this.plan, rows);
    const { batch } = this.scorer;
    for (let from = 0; from < rows.rows; from += batch) {
      const to = Math.min(rows.rows, from + batch);
      expandScaled(bound, from, to, this.x);
      aroundSums(bound, from, to, this.squares, this.absolutes);
      const sums = await this.scorer.score(this.x);
      this.combine(sums.squares, sums.normalised, sums.absolutes, to - from, out, at + from);
    }
  }

  private combine(
    squares: Float32Array,
    normalised: Float32Array,
    absolutes: Float32Array,
    count: number,
    out: ScoreColumns,
    at: number,
  ): void {
    const { columns } = this.plan.scaler;
    for (let row = 0; row < count; row++) {
      const around = this.squares[row]!;
      const absolute = (absolutes[row]! + this.absolutes[row]!) / columns;
      out.error[at + row] = (squares[row]! + around) / columns;
      out.errorNormalised[at + row] = (normalised[row]! + around) / columns;
      out.errorAbs[at + row] = Math.log(Math.max(absolute, leastAbsoluteError));
    }
  }
}
