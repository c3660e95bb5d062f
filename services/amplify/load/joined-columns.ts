import type { Column, NumberArray } from '../../../lib/columnar/root/index.js';

interface Joined {
  /** Values so far, in a buffer with room for more. */
  values: NumberArray;
  length: number;
  /** Of a jagged column: count + 1, the first 0. */
  readonly offsets: Int32Array | undefined;
}

/**
 * Columns of several reads, one behind the other, in buffers that are used again: a block of copies is longer than its
 * parent may be.
 */
export class JoinedColumns {
  readonly #capacity: number;
  #columns: Joined[] = [];
  #kinds: readonly Column[] = [];
  #events = 0;

  /** @param capacity most events of a block */
  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  clear(): void {
    this.#events = 0;
    for (const column of this.#columns) column.length = 0;
  }

  /** Adds `count` events; the columns come in the same order and kinds each time. */
  append(columns: readonly Column[], count: number): void {
    if (this.#columns.length === 0) this.#open(columns);
    this.#kinds = columns;
    for (const [index, column] of columns.entries()) this.#add(this.#columns[index]!, column, count);
    this.#events += count;
  }

  /** All that was added; valid until the next `clear`. */
  columns(): Column[] {
    return this.#kinds.map((kind, index): Column => {
      const { values, length, offsets } = this.#columns[index]!;
      const joined = values.subarray(0, length);
      if (kind.kind === 'jagged')
        return { kind: 'jagged', values: joined, offsets: offsets!.subarray(0, this.#events + 1) };
      return { ...kind, values: joined };
    });
  }

  #open(columns: readonly Column[]): void {
    this.#columns = columns.map(({ kind, values }) => ({
      values: emptyLike(values, 2 * this.#capacity),
      length: 0,
      offsets: kind === 'jagged' ? new Int32Array(this.#capacity + 1) : undefined,
    }));
  }

  #add(joined: Joined, column: Column, count: number): void {
    const { values } = column;
    const length =
      column.kind === 'jagged'
        ? column.offsets[count]!
        : column.kind === 'fixed'
          ? count * column.length
          : count;
    const end = joined.length + length;
    if (end > joined.values.length) {
      const larger = emptyLike(values, end + (end >> 1));
      (larger as Float64Array).set(joined.values.subarray(0, joined.length) as Float64Array);
      joined.values = larger;
    }
    // The types are those of the same branch in the same file.
    (joined.values as Float64Array).set(values.subarray(0, length) as Float64Array, joined.length);
    if (column.kind === 'jagged') shift(column.offsets, count, joined.length, joined.offsets!, this.#events);
    joined.length = end;
  }
}

function emptyLike(values: NumberArray, length: number): NumberArray {
  return new (values.constructor as { new (length: number): NumberArray })(length);
}

/** Offsets of `count` events, counted from `by`, into `out` behind those of `events` events. */
function shift(offsets: Int32Array, count: number, by: number, out: Int32Array, events: number): void {
  for (let index = 0; index <= count; index += 1) out[events + index] = offsets[index]! + by;
}
