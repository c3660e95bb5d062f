import { invariant } from '../../base/error.js';
import { Hash64, salt } from '../../base/hash64.js';
import { corrupt } from '../files.js';

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
      this.#offer(key, which, entries[row]!, values, row * columns);
    }
  }

  /** Takes in the rows of another sample with the same options. */
  merge(other: ReferenceSample): void {
    invariant(
      JSON.stringify(other.options) === JSON.stringify(this.options),
      'samples of other options cannot merge',
    );
    this.offered += other.offered;
    for (let place = 0; place < other.#count; place++) {
      const slot = other.#heap[place]!;
      const which = this.#sourceNumber(other.#sources[other.#sourceOf[slot]!]!);
      const at = slot * this.options.columns;
      this.#offer(other.#keys[slot]!, which, other.#entries[slot]!, other.#values, at);
    }
  }

  /** The kept rows, in the order of (key, source, entry). */
  result(): { readonly rows: number; readonly values: Float32Array } {
    const { columns } = this.options;
    const slots = this.#heap.slice(0, this.#count).sort((left, right) => this.#compare(left, right));
    const values = new Float32Array(this.#count * columns);
    slots.forEach((slot, row) => {
      values.set(this.#values.subarray(slot * columns, (slot + 1) * columns), row * columns);
    });
    return { rows: this.#count, values };
  }

  /** What fromBytes reads: a JSON line of options and sources, then keys, entries, sources and values by row. */
  toBytes(): Uint8Array {
    const { columns } = this.options;
    const rows = this.#count;
    const { offered } = this;
    const head = Buffer.from(
      `${JSON.stringify({ ...this.options, rows, offered, sources: this.#sources })}\n`,
      'utf8',
    );
    const stride = 20 + 4 * columns;
    const bytes = new Uint8Array(head.length + rows * stride);
    bytes.set(head);
    const view = new DataView(bytes.buffer);
    const slots = this.#heap.slice(0, rows).sort((left, right) => this.#compare(left, right));
    slots.forEach((slot, row) => {
      const at = head.length + row * stride;
      view.setFloat64(at, this.#keys[slot]!, true);
      view.setBigInt64(at + 8, this.#entries[slot]!, true);
      view.setInt32(at + 16, this.#sourceOf[slot]!, true);
      for (let column = 0; column < columns; column++) {
        view.setFloat32(at + 20 + 4 * column, this.#values[slot * columns + column]!, true);
      }
    });
    return bytes;
  }

  /** @throws RmmError `model_corrupt` */
  static fromBytes(bytes: Uint8Array, where: string): ReferenceSample {
    const end = bytes.indexOf(10);
    const { rows, offered, sources, ...options } = parseHead(bytes.subarray(0, Math.max(end, 0)), where);
    const stride = 20 + 4 * options.columns;
    if (bytes.length !== end + 1 + rows * stride) {
      throw corrupt(`${where} is ${bytes.length} bytes long; ${rows} rows need ${end + 1 + rows * stride}`);
    }
    const sample = new ReferenceSample(options);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const values = new Float32Array(options.columns);
    sample.offered = offered;
    for (const source of sources) sample.#sourceNumber(source);
    for (let row = 0; row < rows; row++) {
      const at = end + 1 + row * stride;
      const which = view.getInt32(at + 16, true);
      if (sources[which] === undefined) throw corrupt(`${where}: row ${row} is of an unknown source`);
      for (let column = 0; column < values.length; column++) {
        values[column] = view.getFloat32(at + 20 + 4 * column, true);
      }
      sample.#offer(view.getFloat64(at, true), which, view.getBigInt64(at + 8, true), values, 0);
    }
    return sample;
  }

  #sourceNumber(source: string): number {
    const found = this.#sources.indexOf(source);
    return found >= 0 ? found : this.#sources.push(source) - 1;
  }

  #offer(key: number, source: number, entry: bigint, values: Float32Array, at: number): void {
    const { size, columns } = this.options;
    if (this.#count < size) {
      const slot = this.#count;
      this.#reserve(slot + 1);
      this.#put(slot, key, source, entry, values, at);
      this.#heap[slot] = slot;
      this.#count += 1;
      this.#rise(slot);
      return;
    }
    const top = this.#heap[0]!;
    if (key > this.#keys[top]!) return;
    if (key === this.#keys[top]! && !this.#before(source, entry, top)) return;
    this.#put(top, key, source, entry, values, at);
    this.#sink();
    invariant(this.#values.length >= size * columns, 'a full sample has room for all rows');
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

interface Head extends ReferenceSampleOptions {
  readonly rows: number;
  readonly offered: number;
  readonly sources: readonly string[];
}

function parseHead(bytes: Uint8Array, where: string): Head {
  let head: Partial<Head>;
  try {
    head = JSON.parse(Buffer.from(bytes).toString('utf8')) as Partial<Head>;
  } catch {
    throw corrupt(`${where} does not start with a line of JSON`);
  }
  const { size, columns, weighting, seed, rows, offered, sources } = head;
  const isCount = (value: unknown, most: number) =>
    Number.isInteger(value) && (value as number) >= 0 && (value as number) <= most;
  if (
    !isCount(size, 1e7) ||
    !isCount(columns, 1e4) ||
    !isCount(rows, size as number) ||
    !isCount(offered, Number.MAX_SAFE_INTEGER) ||
    !isCount(seed, 2 ** 32 - 1) ||
    !(weighting === 'uniform' || weighting === 'abs') ||
    !(Array.isArray(sources) && sources.every((source) => typeof source === 'string'))
  ) {
    throw corrupt(`${where} has a first line that is none of a reference sample`);
  }
  return head as Head;
}
