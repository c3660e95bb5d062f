import { invariant } from '../../base/error.js';

/**
 * Mean Euclidean distance to the nearest reference rows, exact. A row at distance 0 of a reference row is taken
 * to be that very event, and that one neighbour is left out: events of the training part, of which the reference
 * is a sample, have scores like any other background.
 */
export class NeighbourSearch {
  readonly #reference: Float32Array;
  readonly #columns: number;
  readonly #neighbours: number;
  /** Squared distances of the nearest rows so far, rising; one more than neighbours. */
  readonly #nearest: Float64Array;

  /** @param reference rows x columns, more rows than neighbours */
  constructor(reference: Float32Array, columns: number, neighbours: number) {
    invariant(reference.length > neighbours * columns, 'fewer reference rows than neighbours');
    this.#reference = reference;
    this.#columns = columns;
    this.#neighbours = neighbours;
    this.#nearest = new Float64Array(neighbours + 1);
  }

  /** Scores `rows` rows (rows x columns) into out[at ...]. */
  meanDistances(values: Float32Array, rows: number, out: Float64Array, at = 0): void {
    const columns = this.#columns;
    const nearest = this.#nearest;
    const kept = nearest.length;
    const reference = this.#reference;
    for (let row = 0; row < rows; row++) {
      nearest.fill(Number.POSITIVE_INFINITY);
      for (let from = 0; from < reference.length; from += columns) {
        let sum = 0;
        for (let column = 0; column < columns; column++) {
          const distance = values[row * columns + column]! - reference[from + column]!;
          sum += distance * distance;
        }
        if (sum >= nearest[kept - 1]!) continue;
        let place = kept - 1;
        for (; place > 0 && nearest[place - 1]! > sum; place--) nearest[place] = nearest[place - 1]!;
        nearest[place] = sum;
      }
      out[at + row] = meanOf(nearest, this.#neighbours);
    }
  }
}

function meanOf(nearest: Float64Array, neighbours: number): number {
  const first = nearest[0] === 0 ? 1 : 0;
  let sum = 0;
  for (let i = 0; i < neighbours; i++) sum += Math.sqrt(nearest[first + i]!);
  return sum / neighbours;
}
