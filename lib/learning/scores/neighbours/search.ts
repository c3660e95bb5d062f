import { invariant } from '../../../base/error.js';
import {
  compile,
  heapBase,
  instantiate,
  reserve,
  type WasmExports,
  type WasmModule,
} from '../../../base/wasm/module.js';
import { principalAxes } from './principal-axes.js';
import { searchWasm } from './search-wasm.js';
import { buildTree, searchAxes } from './tree.js';

/** What search.c exports. */
interface SearchExports extends WasmExports {
  mean_distances(
    boxes: number,
    blocks: number,
    rows: number,
    starts: number,
    leaves: number,
    columns: number,
    rotated: number,
    queries: number,
    count: number,
    neighbours: number,
    out: number,
  ): void;
}

/** Queries handed over at a time. */
const batch = 256;
/** MAX_KEPT of search.c, less the event itself. */
const mostNeighbours = 255;

/** One a thread, compiled at the first use. */
let compiled: WasmModule | undefined;

/**
 * Mean Euclidean distance to the nearest reference rows: exact, in float64 from float32 coordinates, with the bits
 * of a plain search over all rows whatever the batch. A row at distance 0 of a reference row is taken to be that
 * very event, and that one neighbour is left out: events of the training part, of which the reference is a sample, have
 * scores like any other background.
 */
export class NeighbourSearch {
  readonly #columns: number;
  readonly #neighbours: number;
  /** searchAxes x columns. */
  readonly #axes: Float64Array;
  readonly #exports: SearchExports;
  /** Addresses of boxes, blocks, rows and starts. */
  readonly #tree: readonly [number, number, number, number];
  readonly #leaves: number;
  readonly #rotated: Float32Array;
  readonly #queries: Float32Array;
  readonly #out: Float64Array;

  /** @param reference rows x columns, finite, more rows than neighbours */
  constructor(reference: Float32Array, columns: number, neighbours: number) {
    invariant(reference.length > neighbours * columns, 'fewer reference rows than neighbours');
    invariant(neighbours >= 1 && neighbours <= mostNeighbours, `${neighbours} neighbours`);
    this.#columns = columns;
    this.#neighbours = neighbours;
    this.#axes = new Float64Array(searchAxes * columns);
    this.#axes.set(principalAxes(reference, columns).subarray(0, searchAxes * columns));
    const rotated = new Float32Array((reference.length / columns) * searchAxes);
    rotate(reference, 0, reference.length / columns, this.#axes, columns, rotated);
    const { leaves, boxes, blocks, rows, starts } = buildTree(reference, rotated, columns);
    this.#leaves = leaves;
    compiled ??= compile(searchWasm);
    const exports = instantiate<SearchExports>(compiled);
    this.#exports = exports;
    let end = heapBase(exports);
    const place = (bytes: number): number => {
      const at = end;
      end = Math.ceil((at + bytes) / 64) * 64;
      return at;
    };
    const arrays = [boxes, blocks, rows, starts] as const;
    const addresses = arrays.map((array) => place(array.byteLength));
    const [toRotated, toQueries, toOut] = [searchAxes * 4, columns * 4, 8].map((bytes) =>
      place(batch * bytes),
    );
    reserve(exports, end);
    const { buffer } = exports.memory;
    arrays.forEach((array, index) => {
      new Uint8Array(buffer, addresses[index], array.byteLength).set(
        new Uint8Array(array.buffer, array.byteOffset, array.byteLength),
      );
    });
    this.#tree = [addresses[0]!, addresses[1]!, addresses[2]!, addresses[3]!];
    this.#rotated = new Float32Array(buffer, toRotated, batch * searchAxes);
    this.#queries = new Float32Array(buffer, toQueries, batch * columns);
    this.#out = new Float64Array(buffer, toOut, batch);
  }

  /** Scores `rows` rows (rows x columns, finite) into out[at ...]. */
  meanDistances(values: Float32Array, rows: number, out: Float64Array, at = 0): void {
    const columns = this.#columns;
    for (let from = 0; from < rows; from += batch) {
      const count = Math.min(batch, rows - from);
      const first = from * columns;
      for (let i = 0; i < count * columns; i++) this.#queries[i] = values[first + i]!;
      rotate(values, from, count, this.#axes, columns, this.#rotated);
      this.#exports.mean_distances(
        ...this.#tree,
        this.#leaves,
        columns,
        this.#rotated.byteOffset,
        this.#queries.byteOffset,
        count,
        this.#neighbours,
        this.#out.byteOffset,
      );
      for (let i = 0; i < count; i++) out[at + from + i] = this.#out[i]!;
    }
  }
}

/** Coordinates of rows [from, from + count) along the axes, count x searchAxes. */
function rotate(
  values: Float32Array,
  from: number,
  count: number,
  axes: Float64Array,
  columns: number,
  out: Float32Array,
): void {
  for (let row = 0; row < count; row++) {
    const base = (from + row) * columns;
    for (let axis = 0; axis < searchAxes; axis++) {
      let sum = 0;
      for (let column = 0; column < columns; column++) {
        sum += axes[axis * columns + column]! * values[base + column]!;
      }
      out[row * searchAxes + axis] = sum;
    }
  }
}
