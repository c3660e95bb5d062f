import type { FeatureBuffer } from '../feature-buffer.js';
import type { FeatureRows } from '../feature-rows.js';
import { dense } from '../rmm/dense.js';

/**
 * The rows in a form that holds a value in any column: every slot counts as occupied, and the block of a row is its
 * dense row. A table's rows are such already.
 */
export function toDenseRows(rows: FeatureRows, size: number, out: FeatureBuffer): FeatureBuffer {
  const { columns, maskWords } = rows;
  out.begin(rows.rows, columns, maskWords);
  out.reserveValues(rows.rows * columns);
  for (let row = 0; row < rows.rows; row++) {
    for (let word = 0; word < maskWords; word++) {
      const slots = Math.min(32, size - 32 * word);
      out.masks[row * maskWords + word] = slots === 32 ? 0xffffffff : 2 ** slots - 1;
    }
    dense(rows, row, out.values, row * columns);
    out.offsets[row + 1] = (row + 1) * columns;
  }
  return out;
}
