import type { HistogramView } from '../shared/snapshot.js';
import { GrowingBins, movedTo, type Relayout } from './growing-bins.js';

/**
 * Counts and sums of weights over (score, another quantity), for each process. With both, a tail of the score that
 * moves as events come in has its spectrum at any time, without the events.
 */
export class ScoreGrid {
  readonly score: GrowingBins;
  readonly other: GrowingBins;
  readonly #counts: Float64Array[] = [];
  readonly #weights: Float64Array[] = [];

  constructor(score: { most: number; exponent: number }, other: { most: number; exponent: number }) {
    this.score = new GrowingBins(score.most, score.exponent);
    this.other = new GrowingBins(other.most, other.exponent);
  }

  /** Rows whose score and quantity are finite; others are passed over. */
  add(process: number, score: ArrayLike<number>, other: ArrayLike<number>, weight: ArrayLike<number>): void {
    while (this.#counts.length <= process) {
      this.#counts.push(new Float64Array(this.#size));
      this.#weights.push(new Float64Array(this.#size));
    }
    const range = rangesOf(score, other);
    if (range === undefined) return;
    const before = this.other.bins;
    const byScore = this.score.cover(range.low, range.high);
    const byOther = this.other.cover(range.otherLow, range.otherHigh);
    if (byScore !== undefined || byOther !== undefined) this.#layOut(byScore, byOther, before);
    fill(this, this.#counts[process]!, this.#weights[process]!, score, other, weight);
  }

  /** Over the score, of every process. */
  scores(): HistogramView | undefined {
    if (this.score.bins === 0) return undefined;
    const { bins } = this.other;
    const over = (cells: Float64Array) =>
      Array.from({ length: this.score.bins }, (_, at) => sum(cells, at * bins, (at + 1) * bins));
    return {
      width: this.score.width,
      first: this.score.first,
      counts: this.#counts.map(over),
      weights: this.#weights.map(over),
    };
  }

  /** Over the other quantity, of the rows from a bin of the score on. */
  from(scoreBin: number): HistogramView {
    const { bins } = this.other;
    const start = Math.max(0, scoreBin - this.score.first);
    const over = (cells: Float64Array) => {
      const spectrum = new Array<number>(bins).fill(0);
      for (let at = start; at < this.score.bins; at += 1)
        for (let bin = 0; bin < bins; bin += 1) spectrum[bin]! += cells[at * bins + bin]!;
      return spectrum;
    };
    return {
      width: this.other.width,
      first: this.other.first,
      counts: this.#counts.map(over),
      weights: this.#weights.map(over),
    };
  }

  get #size(): number {
    return this.score.bins * this.other.bins;
  }

  #layOut(byScore: Relayout | undefined, byOther: Relayout | undefined, bins: number): void {
    for (const all of [this.#counts, this.#weights]) {
      for (const [index, cells] of all.entries()) {
        const moved = new Float64Array(this.#size);
        for (let at = 0; at < cells.length; at += 1) {
          if (cells[at] === 0) continue;
          const row = Math.floor(at / bins);
          const column = at % bins;
          const newRow = byScore === undefined ? row : movedTo(byScore, row);
          const newColumn = byOther === undefined ? column : movedTo(byOther, column);
          moved[newRow * this.other.bins + newColumn]! += cells[at]!;
        }
        all[index] = moved;
      }
    }
  }
}

function fill(
  { score: scoreBins, other: otherBins }: ScoreGrid,
  counts: Float64Array,
  weights: Float64Array,
  score: ArrayLike<number>,
  other: ArrayLike<number>,
  weight: ArrayLike<number>,
): void {
  // Widths are powers of two: to multiply by their inverse rounds nothing, as in GrowingBins.placeOf.
  const perScore = 1 / scoreBins.width;
  const perOther = 1 / otherBins.width;
  const { first: firstScore } = scoreBins;
  const { first: firstOther, bins } = otherBins;
  for (let row = 0; row < score.length; row += 1) {
    const x = score[row]! * perScore;
    const y = other[row]! * perOther;
    // Of what is not finite the difference with itself is NaN.
    if (x - x !== 0 || y - y !== 0) continue;
    const at = (Math.floor(x) - firstScore) * bins + Math.floor(y) - firstOther;
    counts[at]! += 1;
    weights[at]! += weight[row]!;
  }
}

function rangesOf(
  score: ArrayLike<number>,
  other: ArrayLike<number>,
): { low: number; high: number; otherLow: number; otherHigh: number } | undefined {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let [otherLow, otherHigh] = [low, high];
  for (let row = 0; row < score.length; row += 1) {
    const x = score[row]!;
    const y = other[row]!;
    if (x - x !== 0 || y - y !== 0) continue;
    if (x < low) low = x;
    if (x > high) high = x;
    if (y < otherLow) otherLow = y;
    if (y > otherHigh) otherHigh = y;
  }
  return low > high ? undefined : { low, high, otherLow, otherHigh };
}

function sum(values: Float64Array, from: number, to: number): number {
  let total = 0;
  for (let at = from; at < to; at += 1) total += values[at]!;
  return total;
}
