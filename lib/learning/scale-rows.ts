import { aroundSums, bindRows } from './expand.js';
import type { ExpansionPlan } from './expansion-plan.js';
import type { ScaledRows } from './scaled-rows.js';
import type { SparseRows } from './sparse-rows.js';

/** Scaled rows in buffers that grow and are used again: valid until the next fill. They may be longer than what they hold. */
export class ScaledBuffer {
  offsets = new Int32Array(1);
  values = new Float32Array(0);
  squares = new Float64Array(0);
  absolutes = new Float64Array(0);

  /** Scales rows: with the same bits that expandScaled and aroundSums give for them. @throws scaler_mismatch */
  fill(plan: ExpansionPlan, rows: SparseRows): ScaledRows {
    const bound = bindRows(plan, rows);
    const count = rows.rows;
    this.#reserve(count, rows.offsets[count]! - rows.offsets[0]!);
    const { center, inverse } = plan;
    const { offsets, values } = this;
    let end = 0;
    for (let row = 0; row < count; row++) {
      const { source, target } = bound.patterns[rows.pattern[row]!]!;
      const offset = rows.offsets[row]!;
      for (let index = 0; index < target.length; index++) {
        const position = target[index]!;
        values[end + index] =
          (rows.values[offset + source[index]!]! - center[position]!) * inverse[position]!;
      }
      end += target.length;
      offsets[row + 1] = end;
    }
    aroundSums(bound, 0, count, this.squares, this.absolutes);
    return {
      scaler: plan.scaler.id,
      rows: count,
      columns: rows.columns,
      pattern: rows.pattern,
      patterns: rows.patterns,
      offsets,
      values,
      squares: this.squares,
      absolutes: this.absolutes,
    };
  }

  #reserve(rows: number, values: number): void {
    if (this.offsets.length < rows + 1) {
      const size = rows + (rows >>> 2) + 16;
      this.offsets = new Int32Array(size);
      this.squares = new Float64Array(size);
      this.absolutes = new Float64Array(size);
    }
    if (this.values.length < values) this.values = new Float32Array(values + (values >>> 2) + 16);
  }
}
