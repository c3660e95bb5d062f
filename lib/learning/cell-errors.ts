import type { Reconstructor } from './backend.js';
import { type BoundRows, bindRows, expandOrdered } from './expand.js';
import type { ExpansionPlan } from './expansion-plan.js';
import type { NetworkScore } from './score-plan.js';
import type { SparseRows } from './sparse-rows.js';

/**
 * What each column adds to an event's score (physics.md 6, per-feature error), over all n columns of the features:
 * (x - x')^2 / n for `error`, the same divided by the column's usual error for `error_normalised` (by 1 for what goes
 * around the network), abs(x - x') / n for `error_abs`, whose score is the logarithm of the sum.
 * Buffers are used again; calls must not overlap.
 */
export class CellErrors {
  readonly #reconstructor: Reconstructor;
  readonly #expansion: ExpansionPlan;
  readonly #isAbsolute: boolean;
  /** By position among the trained columns. */
  readonly #factor: Float64Array;
  /** What a row without any stored value gets of the columns that go around, by dense column; 0 for trained ones. */
  readonly #missing: Float64Array;
  readonly #x: Float32Array;

  /** @param inverseUsual of each trained column (usual-errors.ts) */
  constructor(
    reconstructor: Reconstructor,
    expansion: ExpansionPlan,
    score: NetworkScore,
    inverseUsual: Float32Array,
  ) {
    const { scaler, width, inverseOfColumn, position } = expansion;
    this.#reconstructor = reconstructor;
    this.#expansion = expansion;
    this.#isAbsolute = score === 'error_abs';
    this.#factor = Float64Array.from(
      { length: width },
      (_, index) => (score === 'error_normalised' ? inverseUsual[index]! : 1) / scaler.columns,
    );
    this.#missing = Float64Array.from({ length: scaler.columns }, (_, column) =>
      position[column]! >= 0 ? 0 : this.#around(-scaler.center[column]! * inverseOfColumn[column]!),
    );
    this.#x = new Float32Array(reconstructor.batch * width);
  }

  /** Rows of one call at most. */
  get batch(): number {
    return this.#reconstructor.batch;
  }

  get columns(): number {
    return this.#expansion.scaler.columns;
  }

  /**
   * Contributions of the rows order[from..to], row by row from out[0] on: (to - from) x columns.
   * @param rows unscaled
   * @throws RmmError `scaler_mismatch`
   */
  async of(rows: SparseRows, order: Int32Array, from: number, to: number, out: Float64Array): Promise<void> {
    const bound = bindRows(this.#expansion, rows);
    expandOrdered(bound, order, from, to, this.#x, 0);
    // A row of a batch that ends early must not carry what an earlier call left there into a NaN.
    this.#x.fill(0, (to - from) * this.#expansion.width);
    const found = await this.#reconstructor.reconstruct(this.#x);
    for (let index = from; index < to; index++)
      this.#row(bound, order[index]!, found, (index - from) * this.#expansion.width, out, index - from);
  }

  #row(
    bound: BoundRows,
    row: number,
    found: Float32Array,
    start: number,
    out: Float64Array,
    outRow: number,
  ): void {
    const { scaler, width, inverseOfColumn } = this.#expansion;
    const base = outRow * scaler.columns;
    out.set(this.#missing, base);
    for (let index = 0; index < width; index++) {
      const distance = this.#x[start + index]! - found[start + index]!;
      const size = this.#isAbsolute ? Math.abs(distance) : distance * distance;
      out[base + scaler.trained[index]!] = size * this.#factor[index]!;
    }
    const { aroundSource, aroundColumn } = bound.patterns[bound.rows.pattern[row]!]!;
    const offset = bound.rows.offsets[row]!;
    for (let index = 0; index < aroundColumn.length; index++) {
      const column = aroundColumn[index]!;
      const value = bound.rows.values[offset + aroundSource[index]!]!;
      out[base + column] = this.#around((value - scaler.center[column]!) * inverseOfColumn[column]!);
    }
  }

  #around(scaled: number): number {
    return (this.#isAbsolute ? Math.abs(scaled) : scaled * scaled) / this.#expansion.scaler.columns;
  }
}
