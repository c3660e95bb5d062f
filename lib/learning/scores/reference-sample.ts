import { invariant } from '../../base/error.js';
import { Hash64, salt } from '../../base/hash64.js';

/** `uniform`: each training event is as likely as any other; `abs`: in proportion to abs(weight). */
export type ReferenceWeighting = 'uniform' | 'abs';

export interface ReferenceSampleOptions {
  /** Rows to keep. */
  readonly size: number;
  readonly columns: number;
  readonly weighting: ReferenceWeighting;
  /** Another seed, another sample; below 2^32. */
  readonly seed: number;
}

/**
 * What docs/physics.md, 5 has. By weight the sample is denser where the expected background is; taking every simulated
 * event alike, channels that were simulated most would count most.
 */
export const usualReference = { size: 20000, weighting: 'abs' } as const;

/** Rows that may be sampled, all of one input file. */
export interface CandidateRows {
  readonly rows: number;
  /** rows x columns. */
  readonly values: Float32Array;
  /** Halves of the hash that orders megasets: a hash of the event's split key. */
  readonly hashHigh: Uint32Array;
  readonly hashLow: Uint32Array;
  /** Fingerprint of the file, and entries in it: they decide between equal hashes. */
  readonly source: string;
  readonly entries: BigInt64Array;
  /** Needed for `abs`. */
  readonly weights?: Float64Array;
  /** Rows with 0 are not offered. */
  readonly mask?: Uint8Array;
}

const samplingSalt = salt('sample');

/**
 * A sample of fixed size that does not depend on the order in which rows or other samples are added: each row
 * has a key made from its identity and the seed alone, and the rows with the least keys are kept ("bottom-k").
 * With u in (0, 1) from the hash, the key is u for `uniform` and -ln(u) / abs(weight) for `abs`, which draws
 * without replacement in proportion to the weights (Efraimidis and Spirakis, Inf. Process. Lett. 97 (2006) 181).
 * Rows of equal keys, such as amplified copies of one event, go by (source, entry).
 */
export class ReferenceSample {
  readonly options: ReferenceSampleOptions;
  /** Rows offered so far. */
  offered = 0;
  /** A heap by slot, the greatest of the kept rows on top. */
  readonly #heap: Int32Array;
  #count = 0;
  readonly #keys: Float64Array;
  readonly #entries: BigInt64Array;
  readonly #sourceOf: Int32Array;
  readonly #sources: string[] = [];
  #values: Float32Array;

  constructor(options: ReferenceSampleOptions) {
    const { size, columns } = options;
    invariant(size >= 1 && columns >= 1, `a reference sample of ${size} rows of ${columns} columns`);
    this.options = options;
    this.#heap = new Int32Array(size);
    this.#keys = new Float64Array(size);
    this.#entries = new BigInt64Array(size);
    this.#sourceOf = new Int32Array(size);
    this.#values = new Float32Array(0);
  }

  /** Rows kept: all that were offered with a weight, up to `size`. */
  get rows(): number {
    return this.#count;
  }

  /** Offers rows. The same row offered twice may be kept twice. */
  add(candidates: CandidateRows): void {
    const { rows, values, hashHigh, hashLow, source, entries, weights, mask } = candidates;
    const { weighting, seed, columns } = this.options;
    invariant(weighting === 'uniform' || weights !== undefined, 'a weighted sample needs weights');
    const which = this.#sourceNumber(source);
    const hash = new Hash64();
    for (let row = 0; row < rows; row++) {
      if (mask !== undefined && mask[row] === 0) continue;
      this.offered += 1;
      hash.start(samplingSalt).add(hashHigh[row]!, hashLow[row]!).add(0, seed);
      let key = hash.unit();
      if (weighting === 'abs') {
        const weight = Math.abs(weights![row]!);
        if (!(weight > 0)) continue;
        // Half a step away from 0, whose logarithm is none.
        key = -Math.log(key + 2 ** -54) / weight;
      }
      this.#offer(key, which, entries, row, values, row * columns);
    }
  }

  /** Takes in the rows of another sample with the same options. */
  merge(other: ReferenceSample): void {
    const mine = this.options;
    const theirs = other.options;
    const alike = (['size', 'columns', 'weighting', 'seed'] as const).every(
      (key) => mine[key] === theirs[key],
    );
    invariant(alike, 'samples of other options cannot merge');
    this.offered += other.offered;
    for (let place = 0; place < other.#count; place++) {
      const slot = other.#heap[place]!;
      const which = this.#sourceNumber(other.#sources[other.#sourceOf[slot]!]!);
      const at = slot * this.options.columns;
      this.#offer(other.#keys[slot]!, which, other.#entries, slot, other.#values, at);
    }
  }

  /** The kept rows, in the order of (key, source, entry). */
  result(): { readonly rows: number; readonly values: Float32Array } {
    const { columns } = this.options;
    const values = new Float32Array(this.#count * columns);
    this.#ordered().forEach((slot, row) => {
      values.set(this.#values.subarray(slot * columns, (slot + 1) * columns), row * columns);
    });
    return { rows: this.#count, values };
  }

  #ordered(): number[] {
    return Array.from(this.#heap.subarray(0, this.#count)).sort((left, right) => this.#compare(left, right));
  }

  #sourceNumber(source: string): number {
    const found = this.#sources.indexOf(source);
    return found >= 0 ? found : this.#sources.push(source) - 1;
  }

  /** Reads the entry only where it is needed: each reading of a BigInt64Array allocates. */
  #offer(
    key: number,
    source: number,
    entries: BigInt64Array,
    row: number,
    values: Float32Array,
    at: number,
  ): void {
    if (this.#count < this.options.size) {
      const slot = this.#count;
      this.#reserve(slot + 1);
      this.#put(slot, key, source, entries[row]!, values, at);
      this.#heap[slot] = slot;
      this.#count += 1;
      this.#rise(slot);
      return;
    }
    const top = this.#heap[0]!;
    if (key > this.#keys[top]!) return;
    if (key === this.#keys[top]! && !this.#before(source, entries[row]!, top)) return;
    this.#put(top, key, source, entries[row]!, values, at);
    this.#sink();
  }

  /** The values of a small sample take no more room than they need: blocks have one each. */
  #reserve(rows: number): void {
    const { size, columns } = this.options;
    if (this.#values.length >= rows * columns) return;
    const larger = new Float32Array(Math.min(size, Math.max(64, 2 * rows)) * columns);
    larger.set(this.#values);
    this.#values = larger;
  }

  #put(slot: number, key: number, source: number, entry: bigint, values: Float32Array, at: number): void {
    const { columns } = this.options;
    this.#keys[slot] = key;
    this.#sourceOf[slot] = source;
    this.#entries[slot] = entry;
    for (let column = 0; column < columns; column++) {
      this.#values[slot * columns + column] = values[at + column]!;
    }
  }

  /** Whether (source, entry) comes before that of a slot. */
  #before(source: number, entry: bigint, slot: number): boolean {
    const other = this.#sourceOf[slot]!;
    if (source === other) return entry < this.#entries[slot]!;
    return this.#sources[source]! < this.#sources[other]!;
  }

  #compare(left: number, right: number): number {
    const difference = this.#keys[left]! - this.#keys[right]!;
    if (difference !== 0) return difference;
    if (left === right) return 0;
    return this.#before(this.#sourceOf[left]!, this.#entries[left]!, right) ? -1 : 1;
  }

  #rise(from: number): void {
    const heap = this.#heap;
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      if (this.#compare(heap[place]!, heap[parent]!) <= 0) return;
      [heap[place], heap[parent]] = [heap[parent]!, heap[place]!];
      place = parent;
    }
  }

  #sink(): void {
    const heap = this.#heap;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#count) return;
      if (child + 1 < this.#count && this.#compare(heap[child + 1]!, heap[child]!) > 0) child += 1;
      if (this.#compare(heap[child]!, heap[place]!) <= 0) return;
      [heap[place], heap[child]] = [heap[child]!, heap[place]!];
      place = child;
    }
  }
}
