import { invariant } from '../../base/error.js';
import { appendStarts, basketKeyLength } from './basket.js';
import { type BranchSpec, leafTypes, type WriterColumn } from './column-types.js';
import { encodeStarts, encodeValues, encodeVectors, vectorHeaderBytes } from './encode.js';

/** The basket of one branch that is being filled. */
export class BranchBuffer {
  readonly jagged: boolean;
  readonly width: number;
  /** Values of one entry where that number is fixed. */
  readonly length: number;
  /** Largest length of an entry seen so far, for the leaf that counts it. */
  longest = 0;
  private readonly base: number;
  private data: Buffer<ArrayBuffer> = Buffer.from(new ArrayBuffer(65536));
  private readonly starts: Int32Array;
  private filled = 0;
  private entries = 0;

  constructor(
    readonly spec: BranchSpec,
    tree: string,
    capacity: number,
  ) {
    this.jagged = spec.form === 'vector' || spec.form === 'counted';
    this.length = spec.form === 'fixed' ? spec.length : 1;
    this.width = leafTypes[spec.type].bytes;
    this.base = basketKeyLength(spec.name, tree);
    this.starts = new Int32Array(this.jagged ? capacity : 0);
  }

  /** Adds entries [first, first + count) of a column. */
  append(column: WriterColumn, first: number, count: number): void {
    const { values, offsets } = column;
    invariant(
      values.BYTES_PER_ELEMENT === this.width,
      `values of branch ${this.spec.name} have another width`,
    );
    invariant(
      (offsets !== undefined) === this.jagged,
      `branch ${this.spec.name}: offsets do not fit its form`,
    );
    if (offsets === undefined) {
      const items = count * this.length;
      const from = first * this.length;
      invariant(from + items <= values.length, `branch ${this.spec.name}: ${values.length} values only`);
      this.reserve(items * this.width);
      encodeValues(values, from, items, this.data, this.filled);
      this.filled += items * this.width;
    } else {
      const from = offsets[first]!;
      const items = offsets[first + count]! - from;
      invariant(
        items >= 0 && from + items <= values.length,
        `branch ${this.spec.name}: offsets exceed values`,
      );
      this.appendJagged(column.values, offsets, first, count, items);
    }
    this.entries += count;
  }

  private appendJagged(
    values: WriterColumn['values'],
    offsets: Int32Array | Uint32Array,
    first: number,
    count: number,
    items: number,
  ): void {
    if (this.spec.form === 'vector') {
      this.reserve(count * vectorHeaderBytes + items * this.width);
      const { data, filled, starts, entries, base } = this;
      this.filled = encodeVectors(values, offsets, first, count, data, filled, starts, entries, base);
      return;
    }
    this.reserve(items * this.width);
    encodeStarts(offsets, first, count, this.width, this.starts, this.entries, this.base + this.filled);
    encodeValues(values, offsets[first]!, items, this.data, this.filled);
    this.filled += items * this.width;
    for (let entry = first; entry < first + count; entry += 1) {
      const length = offsets[entry + 1]! - offsets[entry]!;
      if (length > this.longest) this.longest = length;
    }
  }

  private reserve(bytes: number): void {
    const needed = this.filled + bytes + 8 + 4 * this.starts.length;
    if (needed <= this.data.length) return;
    const larger = Buffer.from(new ArrayBuffer(Math.max(needed, 2 * this.data.length)));
    larger.set(this.data.subarray(0, this.filled));
    this.data = larger;
  }

  /** The finished payload and what its key must say; the buffer starts again with other memory. */
  take(spare: Buffer<ArrayBuffer> | undefined): TakenBasket {
    const dataBytes = this.filled;
    const { data, entries } = this;
    this.reserve(0);
    const end = this.jagged ? appendStarts(this.data, dataBytes, this.starts, entries) : dataBytes;
    const taken = { memory: this.data, payload: this.data.subarray(0, end), dataBytes, entries };
    this.data = spare ?? Buffer.from(new ArrayBuffer(data.length));
    this.filled = 0;
    this.entries = 0;
    return taken;
  }
}

export interface TakenBasket {
  /** The memory behind the payload, to be given back as `spare` once it is on disk. */
  readonly memory: Buffer<ArrayBuffer>;
  readonly payload: Buffer;
  readonly dataBytes: number;
  readonly entries: number;
}
