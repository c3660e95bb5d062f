import type { Scorer } from './backend.js';
import { aroundSums, bindCells, bindRows, expandScaled } from './expand.js';
import type { ExpansionPlan } from './expansion-plan.js';
import type { ScaledRows } from './scaled-rows.js';
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
      await this.#scoreBatch(this.squares, this.absolutes, to - from, out, at + from);
    }
  }

  /** Scores rows that the scaler of the model has scaled: the same bits as `score` on what it scaled. */
  async scoreScaled(rows: ScaledRows, out: ScoreColumns, at = 0): Promise<void> {
    const bound = bindCells(this.plan, rows);
    const { batch } = this.scorer;
    for (let from = 0; from < rows.rows; from += batch) {
      const to = Math.min(rows.rows, from + batch);
      expandScaled(bound, from, to, this.x);
      const around = [rows.squares.subarray(from, to), rows.absolutes.subarray(from, to)] as const;
      await this.#scoreBatch(...around, to - from, out, at + from);
    }
  }

  /** @param aroundSquares and aroundAbsolutes what goes around the network, for `count` rows of `x` */
  async #scoreBatch(
    aroundSquares: Float64Array,
    aroundAbsolutes: Float64Array,
    count: number,
    out: ScoreColumns,
    at: number,
  ): Promise<void> {
    const { squares, normalised, absolutes } = await this.scorer.score(this.x);
    const { columns } = this.plan.scaler;
    for (let row = 0; row < count; row++) {
      const around = aroundSquares[row]!;
      const absolute = (absolutes[row]! + aroundAbsolutes[row]!) / columns;
      out.error[at + row] = (squares[row]! + around) / columns;
      out.errorNormalised[at + row] = (normalised[row]! + around) / columns;
      out.errorAbs[at + row] = Math.log(Math.max(absolute, leastAbsoluteError));
    }
  }
}
