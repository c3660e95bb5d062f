import { invariant } from '../../lib/base/error.js';
import { Hash64 } from '../../lib/base/hash64.js';
import type { Column } from '../../lib/columnar/root/index.js';
import type { Geometry } from './geometry.js';
import { drawMoves, newMoves, signEach, signJagged, turnEach, turnJagged } from './moves.js';

/** Moves columns by the symmetries of their events' copies, in place on the reader's buffers. */
export class Mover {
  readonly #moves;
  readonly #hash = new Hash64();
  readonly #seed: number;

  /** @param capacity most events at a time */
  constructor(seed: number, capacity: number) {
    this.#seed = seed;
    this.#moves = newMoves(capacity);
  }

  /** Draws how `count` entries from `first` on of input number `file` move in their copy number `copy`. */
  draw(file: number, copy: number, first: number, count: number): void {
    drawMoves(this.#moves, this.#hash, this.#seed, file, copy, first, count);
  }

  /** Moves a column of these entries. */
  move(column: Column, geometry: Geometry, count: number): void {
    if (geometry === 'fixed') return;
    const values = floats(column);
    const moves = this.#moves;
    const signs = geometry === 'eta' ? moves.etaSign : moves.phiSign;
    if (column.kind === 'jagged') {
      if (geometry === 'phi') turnJagged(values, column.offsets, moves, count);
      else signJagged(values, column.offsets, signs, count);
    } else if (geometry === 'phi') turnEach(values, moves, count);
    else signEach(values, signs, count);
  }
}

/** The values of a branch that turns with the event: a real one, as the layout has seen to. */
export function floats(column: Column): Float32Array | Float64Array {
  const { values } = column;
  invariant(
    values instanceof Float32Array || values instanceof Float64Array,
    'a real branch holds real numbers',
  );
  return values;
}
