import type { FeatureRows } from './feature-rows.js';
import { grown } from './selection/selected.js';

/**
 * Feature rows in buffers that grow and are reused from batch to batch: valid until the next fill. The arrays
 * may be longer than what they hold; `copyRows` makes tight ones of its own.
 */
export class FeatureBuffer implements FeatureRows {
  rows = 0;
  columns = 0;
  maskWords = 0;
  masks = new Uint32Array(0);
  offsets = new Int32Array(1);
  values = new Float32Array(0);
  /** Objects of the batch that found no slot. */
  surplus = 0;

  /** Makes room for the masks and offsets of `rows` rows and empties the buffer. */
  begin(rows: number, columns: number, maskWords: number): void {
    this.rows = rows;
    this.columns = columns;
    this.maskWords = maskWords;
    this.surplus = 0;
    if (this.masks.length < rows * maskWords) this.masks = new Uint32Array(grown(rows * maskWords));
    if (this.offsets.length < rows + 1) this.offsets = new Int32Array(grown(rows + 1));
    this.offsets[0] = 0;
  }

  /** Makes room for `count` values; what was there is lost. */
  reserveValues(count: number): void {
    if (this.values.length < count) this.values = new Float32Array(grown(count));
  }
}

/** Rows in arrays of their own, exactly as long as needed, to keep or to send. */
export function copyRows(rows: FeatureRows): FeatureRows {
  return {
    rows: rows.rows,
    columns: rows.columns,
    maskWords: rows.maskWords,
    masks: rows.masks.slice(0, rows.rows * rows.maskWords),
    offsets: rows.offsets.slice(0, rows.rows + 1),
    values: rows.values.slice(0, rows.offsets[rows.rows]!),
  };
}
