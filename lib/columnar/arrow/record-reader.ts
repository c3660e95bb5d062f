import type { NumberArray } from './batch.js';
import { FlatProblem, type FlatTable } from './flat-table.js';
import type { NumberName } from './ipc.js';

const arrays = {
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const satisfies Record<NumberName, unknown>;

/** Rows and nulls of a column, as the record says them. */
export interface ColumnNode {
  readonly length: number;
  readonly nulls: number;
}

/**
 * Walks through the columns of a record batch in the order of its schema, handing out views of its body. A
 * count that the body cannot hold is refused where it is met.
 */
export class RecordReader {
  readonly rows: number;
  readonly #nodes: readonly { readonly first: number; readonly second: number }[];
  readonly #buffers: readonly { readonly first: number; readonly second: number }[];
  readonly #body: Uint8Array;
  #node = 0;
  #buffer = 0;

  /** @param body starts at a multiple of 8 of its buffer */
  constructor(header: FlatTable, body: Uint8Array) {
    this.rows = header.count(0);
    this.#nodes = header.pairs(1);
    this.#buffers = header.pairs(2);
    this.#body = body;
    if (header.table(3) !== undefined) throw new FlatProblem('its buffers are compressed');
    // Buffers may lie in any order, but not on each other: columns that share bytes cost many times the message.
    const held = this.#buffers.reduce((sum, { second }) => sum + second, 0);
    if (held > body.length)
      throw new FlatProblem(`its buffers are ${held} bytes together, its body ${body.length}`);
  }

  /** The next column; each column of columns has a node of its own. */
  node(): ColumnNode {
    const found = this.#nodes[this.#node];
    if (found === undefined) throw new FlatProblem('it has fewer columns than its schema');
    this.#node += 1;
    return { length: found.first, nulls: found.second };
  }

  /** The next buffer: bits of those that are not null, values, offsets. */
  bytes(): Uint8Array {
    const found = this.#buffers[this.#buffer];
    if (found === undefined) throw new FlatProblem('it has fewer buffers than its columns need');
    this.#buffer += 1;
    const { first, second } = found;
    if (first + second > this.#body.length)
      throw new FlatProblem(`a buffer ends at byte ${first + second} of ${this.#body.length}`);
    return this.#body.subarray(first, first + second);
  }

  /** The next buffer as `length` numbers. */
  numbers<Name extends NumberName>(name: Name, length: number): InstanceType<(typeof arrays)[Name]> {
    const bytes = this.bytes();
    const kind = arrays[name] as unknown as {
      new (buffer: ArrayBufferLike, offset: number, length: number): NumberArray;
      BYTES_PER_ELEMENT: number;
    };
    if (length * kind.BYTES_PER_ELEMENT > bytes.length)
      throw new FlatProblem(`a buffer of ${bytes.length} bytes is too short for ${length} of ${name}`);
    if (length > 0 && bytes.byteOffset % kind.BYTES_PER_ELEMENT !== 0)
      throw new FlatProblem('a buffer does not begin where its type may');
    const found =
      length === 0 ? new kind(new ArrayBuffer(0), 0, 0) : new kind(bytes.buffer, bytes.byteOffset, length);
    return found as InstanceType<(typeof arrays)[Name]>;
  }

  /** The offsets of `rows` lists. Arrow may leave them out where there are no rows. */
  offsets(rows: number): Int32Array {
    if (rows > 0) return this.numbers('int32', rows + 1);
    this.bytes();
    return new Int32Array(1);
  }

  /** Sees that the record holds nothing that the schema does not name. */
  end(): void {
    if (this.#node !== this.#nodes.length || this.#buffer !== this.#buffers.length)
      throw new FlatProblem('it has more columns than its schema');
  }
}
