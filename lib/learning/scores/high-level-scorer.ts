import { invariant } from '../../base/error.js';
import { mahalanobisDistances } from './mahalanobis.js';
import { NeighbourSearch } from './neighbours/search.js';
import { type HighLevelReference, standardise } from './reference.js';

/** Where scores go; what is left out is not computed. */
export interface HighLevelScores {
  readonly mahalanobis?: Float64Array;
  readonly knn?: Float64Array;
}

/** Rows of high-level features to distances, with buffers that are used again for every call. */
export class HighLevelScorer {
  readonly reference: HighLevelReference;
  #search: NeighbourSearch | undefined;
  #standardised = new Float32Array(0);

  constructor(reference: HighLevelReference) {
    this.reference = reference;
  }

  /**
   * Scores `rows` rows; what a row gets does not depend on the rows beside it.
   * @param values rows x columns, as HighLevelKernel makes them
   * @param at where in the outputs the first row goes
   */
  score(values: Float32Array, rows: number, out: HighLevelScores, at = 0): void {
    const { mean, deviation, factor, neighbours } = this.reference;
    const columns = mean.length;
    invariant(
      values.length >= rows * columns,
      `${rows} rows of ${columns} high-level features are too short`,
    );
    if (this.#standardised.length < rows * columns) this.#standardised = new Float32Array(rows * columns);
    standardise(values, rows, mean, deviation, this.#standardised);
    if (out.mahalanobis !== undefined) {
      mahalanobisDistances(this.#standardised, rows, factor, out.mahalanobis, at);
    }
    if (out.knn !== undefined) {
      this.#search ??= new NeighbourSearch(this.reference.values, columns, neighbours);
      this.#search.meanDistances(this.#standardised, rows, out.knn, at);
    }
  }
}
