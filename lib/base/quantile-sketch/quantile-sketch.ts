import { invariant } from '../error.js';
import { checkedSketch, type QuantileSketchJson } from './json.js';
import { lowerBound, quantileIn, rankIn, type SketchedQuantile } from './ranks.js';
import { coarsen, joinBuckets, keyOf, type WeightedKeys } from './weighted-keys.js';

/** Buckets that a sketch keeps at most: some 250 an octave where scores spread over ten decades. */
export const usualBuckets = 8192;

const pendingRows = 4096;

/**
 * Ranks and quantiles of weighted values, in bounded memory: a histogram whose buckets are equal
 * ranges of float32 bit patterns. It is exact up to `capacity` distinct values; beyond, neighbouring buckets are
 * joined in pairs, all of them, until they fit (as the collapse of UDDSketch: Epicoco et al., IEEE Access 8 (2020)
 * 147604), so that a bucket spans a relative range of `resolution` of the value. A rank is then the exact one of a
 * value that close, and `bounds` has what the data allow. In a falling tail that is an error relative to 1 - rank.
 *
 * Buckets depend on the set of values alone, not on the order of adding and merging; sums of weights do to
 * rounding, and have the same bits for the same order (decisions.md 10).
 */
export class QuantileSketch {
  readonly capacity: number;
  #shift = 0;
  #buckets: WeightedKeys = { keys: new Int32Array(0), weights: new Float64Array(0) };
  /** Weight below each bucket, and of all; made when ranks are asked for. */
  #below: Float64Array | undefined;
  #minimum = Number.POSITIVE_INFINITY;
  #maximum = Number.NEGATIVE_INFINITY;
  readonly #pendingKeys = new Int32Array(pendingRows);
  readonly #pendingWeights = new Float64Array(pendingRows);
  #pending = 0;

  constructor(capacity = usualBuckets) {
    invariant(capacity >= 2, `a quantile sketch of ${capacity} buckets`);
    this.capacity = capacity;
  }

  /** Adds a value, rounded to float32, with abs(weight); one without weight leaves no trace. */
  add(value: number, weight: number): void {
    const rounded = Math.fround(value);
    invariant(Number.isFinite(rounded) && Number.isFinite(weight), `score ${value} of weight ${weight}`);
    if (weight === 0) return;
    if (rounded < this.#minimum) this.#minimum = rounded;
    if (rounded > this.#maximum) this.#maximum = rounded;
    this.#pendingKeys[this.#pending] = keyOf(rounded);
    this.#pendingWeights[this.#pending] = Math.abs(weight);
    this.#pending += 1;
    if (this.#pending === pendingRows) this.#settle();
  }

  /** Adds what another sketch of the same capacity has seen. */
  merge(other: QuantileSketch): void {
    invariant(other.capacity === this.capacity, 'sketches of different capacity cannot merge');
    this.#settle();
    other.#settle();
    const shift = Math.max(this.#shift, other.#shift);
    const left = coarsen(this.#buckets, shift - this.#shift);
    const right = coarsen(other.#buckets, shift - other.#shift);
    this.#minimum = Math.min(this.#minimum, other.#minimum);
    this.#maximum = Math.max(this.#maximum, other.#maximum);
    this.#fit(joinBuckets(left, right), shift);
  }

  /** Sum of abs(weight). */
  get total(): number {
    const below = this.#cumulated();
    return below[below.length - 1]!;
  }

  /** Relative width of a bucket; 0 while every distinct float32 value has its own. */
  get resolution(): number {
    this.#settle();
    return this.#shift === 0 ? 0 : 2 ** (this.#shift - 23);
  }

  /**
   * Share of the abs(weight) below the value, half of what equals it included, and within a bucket
   * in proportion. In [0, 1) and never falling. Above the largest value m seen, where every rank would be 1, what
   * is left at m falls as 1 / (1 + (value - m) / |m|), so that events beyond the background keep their order. NaN for NaN.
   */
  rank(value: number): number {
    const below = this.#cumulated();
    return rankIn(this.#buckets.keys, below, this.#shift, this.#minimum, this.#maximum, value);
  }

  /** Adds the ranks of `rows` values to out[at ...]. */
  addRanks(values: Float64Array, rows: number, out: Float64Array, at = 0): void {
    const below = this.#cumulated();
    const { keys } = this.#buckets;
    for (let row = 0; row < rows; row++) {
      out[at + row]! += rankIn(keys, below, this.#shift, this.#minimum, this.#maximum, values[row]!);
    }
  }

  /** Between what the exact rank of the value lies. */
  bounds(value: number): { readonly low: number; readonly high: number } {
    const below = this.#cumulated();
    const { keys } = this.#buckets;
    const total = below[keys.length]!;
    const key = keyOf(Math.fround(value)) >> this.#shift;
    const at = lowerBound(keys, key);
    const inside = at < keys.length && keys[at] === key;
    return { low: below[at]! / total, high: below[inside ? at + 1 : at]! / total };
  }

  /**
   * The smallest value with a share `level` of the weight at or below it. The exact one lies from `low` to `high`, a
   * relative range of `resolution`, and is both while that is 0. Undefined for an empty sketch.
   */
  quantile(level: number): SketchedQuantile | undefined {
    invariant(level >= 0 && level <= 1, `a quantile at ${level}`);
    const below = this.#cumulated();
    const { keys } = this.#buckets;
    if (keys.length === 0) return undefined;
    return quantileIn(keys, below, this.#shift, this.#minimum, this.#maximum, level);
  }

  toJson(): QuantileSketchJson {
    this.#settle();
    const { keys, weights } = this.#buckets;
    return {
      capacity: this.capacity,
      shift: this.#shift,
      minimum: keys.length === 0 ? 0 : this.#minimum,
      maximum: keys.length === 0 ? 0 : this.#maximum,
      keys: Array.from(keys, (key, index) => (index === 0 ? key : key - keys[index - 1]!)),
      weights: [...weights],
    };
  }

  /** The sketch, or what is wrong with its JSON. */
  static fromJson(json: unknown): QuantileSketch | { readonly fault: string } {
    const checked = checkedSketch(json);
    if (checked === undefined) return { fault: 'is not a quantile sketch' };
    const { capacity, shift, minimum, maximum, keys, weights } = checked;
    const sketch = new QuantileSketch(capacity);
    let key = 0;
    sketch.#shift = shift;
    sketch.#buckets = {
      keys: Int32Array.from(keys, (step) => {
        key += step;
        return key;
      }),
      weights: Float64Array.from(weights),
    };
    if (keys.length > 0) {
      sketch.#minimum = minimum;
      sketch.#maximum = maximum;
    }
    const found = sketch.#buckets.keys;
    const ends =
      keys.length === 0 || (found[0] === keyOf(minimum) >> shift && found.at(-1) === keyOf(maximum) >> shift);
    return ends
      ? sketch
      : { fault: 'has buckets that do not begin and end with its least and largest value' };
  }

  #settle(): void {
    if (this.#pending === 0) return;
    const count = this.#pending;
    this.#pending = 0;
    // Key and place in one number, so that a plain sort is stable: equal keys are summed in the order added.
    const order = new Float64Array(count);
    for (let i = 0; i < count; i++) order[i] = (this.#pendingKeys[i]! >> this.#shift) * pendingRows + i;
    order.sort();
    const keys = new Int32Array(count);
    const weights = new Float64Array(count);
    for (let i = 0; i < count; i++) {
      keys[i] = Math.floor(order[i]! / pendingRows);
      weights[i] = this.#pendingWeights[order[i]! - keys[i]! * pendingRows]!;
    }
    this.#fit(joinBuckets(this.#buckets, coarsen({ keys, weights }, 0)), this.#shift);
  }

  #fit(buckets: WeightedKeys, shift: number): void {
    let fitted = buckets;
    let used = shift;
    for (; fitted.keys.length > this.capacity; used++) fitted = coarsen(fitted, 1);
    this.#buckets = fitted;
    this.#shift = used;
    this.#below = undefined;
  }

  #cumulated(): Float64Array {
    this.#settle();
    if (this.#below !== undefined) return this.#below;
    const { weights } = this.#buckets;
    const below = new Float64Array(weights.length + 1);
    for (let i = 0; i < weights.length; i++) below[i + 1] = below[i]! + weights[i]!;
    this.#below = below;
    return below;
  }
}
