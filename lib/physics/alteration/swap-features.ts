import { Hash64, salt } from '../../base/hash64.js';

const shuffleSalt = salt('shuffle');
const dummySalt = salt('dummydat');

/** The hash of each row's split key, in halves: what is drawn follows from it and the seed alone. */
export interface RowHashes {
  readonly high: Uint32Array;
  readonly low: Uint32Array;
}

/**
 * Feature shuffling: in every row the values of `pairs` pairs of columns change places, which ones being drawn for
 * each row among `among`.
 * @param values rows x columns, dense; changed
 */
export function shuffleFeatures(
  values: Float32Array,
  rows: number,
  columns: number,
  among: readonly number[],
  hashes: RowHashes,
  { seed, pairs }: { readonly seed: number; readonly pairs: number },
): void {
  if (among.length < 2) return;
  const hash = new Hash64();
  for (let row = 0; row < rows; row++) {
    hash.start(shuffleSalt).addInt(seed).add(hashes.high[row]!, hashes.low[row]!);
    for (let pair = 0; pair < pairs; pair++) {
      const first = below(hash, among.length);
      // One of the others.
      const second = (first + 1 + below(hash, among.length - 1)) % among.length;
      swap(values, row * columns + among[first]!, row * columns + among[second]!);
    }
  }
}

/**
 * Dummy data: `share` of the rows is drawn, they are taken in pairs in their order, and in each pair the values of a
 * share of the columns change rows: every value stays one that the column has, but rows are of no event any more.
 * A last row without a partner stays.
 * @param values rows x columns, dense; changed
 */
export function swapRows(
  values: Float32Array,
  rows: number,
  columns: number,
  among: readonly number[],
  hashes: RowHashes,
  { seed, share }: { readonly seed: number; readonly share: number },
): void {
  const hash = new Hash64();
  let waiting = -1;
  for (let row = 0; row < rows; row++) {
    hash.start(dummySalt).addInt(seed).add(hashes.high[row]!, hashes.low[row]!);
    if (hash.unit() >= share) continue;
    if (waiting < 0) {
      waiting = row;
      continue;
    }
    for (const column of among) {
      hash.addInt(column);
      if (hash.unit() < share) swap(values, waiting * columns + column, row * columns + column);
    }
    waiting = -1;
  }
}

function below(hash: Hash64, limit: number): number {
  hash.addInt(limit);
  return Math.floor(hash.unit() * limit);
}

function swap(values: Float32Array, first: number, second: number): void {
  const kept = values[first]!;
  values[first] = values[second]!;
  values[second] = kept;
}
