import { crc32 } from 'node:zlib';
import { RmmError } from '../../lib/base/error.js';
import { MergeTree } from '../../lib/flow/merge-tree.js';
import { type Moments, mergeMoments, rowMoments } from '../../lib/learning/moments.js';
import { momentsFromBytes, momentsToBytes } from '../../lib/learning/moments-bytes.js';
import type { SparseRows } from '../../lib/learning/sparse-rows.js';
import { split } from '../../lib/physics/identity.js';

/**
 * Moments of the training rows of one block of source entries, or undefined where it has none.
 * @param splits split code of each row
 */
export function blockMoments(
  rows: SparseRows,
  splits: Uint8Array,
  weights: Float64Array,
  weighting: 'none' | 'abs',
): Moments | undefined {
  const mask = new Uint8Array(rows.rows);
  let training = 0;
  for (let row = 0; row < rows.rows; row += 1) {
    if (splits[row] !== split.train) continue;
    mask[row] = 1;
    training += 1;
  }
  if (training === 0) return undefined;
  return rowMoments(rows, mask, weighting === 'abs' ? weights : undefined);
}

/** Moments of several blocks as one file: for each its length in bytes, the crc32 of its bytes, the bytes. */
export function packMoments(blocks: readonly Moments[]): Uint8Array {
  const parts = blocks.map(momentsToBytes);
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + 8 + part.length, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length, true);
    view.setUint32(at + 4, crc32(part), true);
    bytes.set(part, at + 8);
    at += 8 + part.length;
  }
  return bytes;
}

/** @throws partial_damaged */
export function unpackMoments(bytes: Uint8Array, path: string): Moments[] {
  const blocks: Moments[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at < bytes.length) {
    const length = at + 8 <= bytes.length ? view.getUint32(at, true) : Number.POSITIVE_INFINITY;
    const end = at + 8 + length;
    if (end > bytes.length) throw damaged(path, `ends within a block that begins at byte ${at}`);
    const block = bytes.slice(at + 8, end);
    if (crc32(block) !== view.getUint32(at + 4, true))
      throw damaged(path, `fails its checksum in the block that begins at byte ${at}`);
    blocks.push(momentsFromBytes(block));
    at = end;
  }
  return blocks;
}

function damaged(path: string, what: string): RmmError {
  return new RmmError(
    'partial_damaged',
    `${path} ${what}; delete it and run the same command again, or start over with --fresh`,
    { context: { path } },
  );
}

/** The tree in which blocks are merged: its shape depends on their number only (decisions.md 10). */
export function momentsTree(): MergeTree<Moments> {
  return new MergeTree(mergeMoments);
}
