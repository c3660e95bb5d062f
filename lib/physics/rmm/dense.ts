import type { FeatureRows } from '../feature-rows.js';

/**
 * Dense columns, ascending, of the block of a row with the slot mask masks[at] to masks[at + words - 1] in a
 * matrix of `size` rows: value k of the row stands in column k of the result.
 */
export function blockColumns(masks: Uint32Array, at: number, words: number, size: number): Int32Array {
  const slots: number[] = [];
  for (let slot = 0; slot < Math.min(size, words * 32); slot++) {
    if (((masks[at + (slot >>> 5)]! >>> (slot & 31)) & 1) === 1) slots.push(slot);
  }
  const columns = new Int32Array(slots.length * slots.length);
  let place = 0;
  for (const row of slots) for (const column of slots) columns[place++] = row * size + column;
  return columns;
}

/**
 * Expands one row to its dense form in out[outOffset] to out[outOffset + columns - 1], absent cells 0.
 * Works for matrix and table feature sets.
 */
export function dense(rows: FeatureRows, row: number, out: Float32Array, outOffset = 0): void {
  const { columns, maskWords, values } = rows;
  const start = rows.offsets[row]!;
  const stop = rows.offsets[row + 1]!;
  if (maskWords === 0) {
    out.set(values.subarray(start, stop), outOffset);
    return;
  }
  out.fill(0, outOffset, outOffset + columns);
  const size = Math.round(Math.sqrt(columns));
  const cells = blockColumns(rows.masks, row * maskWords, maskWords, size);
  for (let k = start; k < stop; k++) out[outOffset + cells[k - start]!] = values[k]!;
}
