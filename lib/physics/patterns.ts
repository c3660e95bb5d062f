import { invariant } from '../base/error.js';
import type { FeatureRows } from './feature-rows.js';
import { blockColumns } from './rmm/dense.js';
import { grown } from './selection/selected.js';

/** Feature rows with the column list of each row's pattern: what learning reads. */
export interface PatternRows {
  readonly rows: number;
  readonly columns: number;
  /** Index into patterns for each row. */
  readonly pattern: Int32Array;
  /** Ascending dense columns of the stored values of a row with that pattern. */
  readonly patterns: readonly Int32Array[];
  readonly offsets: Int32Array;
  readonly values: Float32Array;
}

/**
 * Numbers the distinct slot masks of a layout in the order in which they are first seen, by an open-addressing
 * table over their words: no string, BigInt or object per event. One table serves any number of batches; the
 * numbers stay valid as it grows.
 */
export class PatternTable {
  readonly columns: number;
  readonly maskWords: number;
  /** Grows as masks are seen; entries never change. */
  readonly patterns: Int32Array[] = [];
  readonly #size: number;
  /** Masks by pattern number, maskWords each. */
  #masks: Uint32Array;
  /** Pattern number + 1 by hash; 0 is free. Power of two, at most half full. */
  #table = new Int32Array(256);
  #ids = new Int32Array(0);

  /** For rows of `columns` dense columns and masks of `maskWords` words (0 for a table feature set). */
  constructor(columns: number, maskWords: number) {
    this.columns = columns;
    this.maskWords = maskWords;
    this.#size = Math.round(Math.sqrt(columns));
    this.#masks = new Uint32Array(128 * maskWords);
    if (maskWords === 0) this.patterns.push(Int32Array.from({ length: columns }, (_, column) => column));
    else invariant(this.#size ** 2 === columns, `a matrix of ${columns} columns is not square`);
  }

  /** The rows with their patterns. `pattern` is reused: valid until the next call. */
  rows(rows: FeatureRows): PatternRows {
    invariant(
      rows.columns === this.columns && rows.maskWords === this.maskWords,
      `rows of ${rows.columns} columns and ${rows.maskWords} mask words met a pattern table of ${this.columns} and ${this.maskWords}`,
    );
    if (this.#ids.length < rows.rows) this.#ids = new Int32Array(grown(rows.rows));
    const ids = this.#ids;
    if (this.maskWords === 0) ids.fill(0, 0, rows.rows);
    else for (let row = 0; row < rows.rows; row++) ids[row] = this.id(rows.masks, row * this.maskWords);
    return {
      rows: rows.rows,
      columns: rows.columns,
      pattern: ids,
      patterns: this.patterns,
      offsets: rows.offsets,
      values: rows.values,
    };
  }

  /** Number of the mask masks[at] to masks[at + maskWords - 1]; a new one is added. */
  id(masks: Uint32Array, at: number): number {
    const limit = this.#table.length - 1;
    let place = hashMask(masks, at, this.maskWords) & limit;
    for (;;) {
      const found = this.#table[place]!;
      if (found === 0) return this.#add(masks, at, place);
      if (this.#equals(found - 1, masks, at)) return found - 1;
      place = (place + 1) & limit;
    }
  }

  #equals(id: number, masks: Uint32Array, at: number): boolean {
    const base = id * this.maskWords;
    for (let word = 0; word < this.maskWords; word++) {
      if (this.#masks[base + word] !== masks[at + word]) return false;
    }
    return true;
  }

  #add(masks: Uint32Array, at: number, place: number): number {
    const id = this.patterns.length;
    const words = this.maskWords;
    const columns = blockColumns(masks, at, words, this.#size);
    this.patterns.push(columns);
    this.#table[place] = id + 1;
    if ((id + 1) * words > this.#masks.length) {
      const larger = new Uint32Array(this.#masks.length * 2);
      larger.set(this.#masks);
      this.#masks = larger;
    }
    this.#masks.set(masks.subarray(at, at + words), id * words);
    if (2 * (id + 1) > this.#table.length) this.#rehash();
    return id;
  }

  #rehash(): void {
    const table = new Int32Array(this.#table.length * 2);
    const limit = table.length - 1;
    for (let id = 0; id < this.patterns.length; id++) {
      let place = hashMask(this.#masks, id * this.maskWords, this.maskWords) & limit;
      while (table[place] !== 0) place = (place + 1) & limit;
      table[place] = id + 1;
    }
    this.#table = table;
  }
}

function hashMask(masks: Uint32Array, at: number, words: number): number {
  let hash = 0;
  for (let word = 0; word < words; word++) {
    hash = Math.imul(hash ^ masks[at + word]!, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}
