import type { Cursor } from './cursor.js';

/** A TKey: what stands before each record, and again in the key list of its directory. */
export interface Key {
  /** Length on disk of the record, key included. */
  readonly bytes: number;
  /** Length of the object, decompressed. */
  readonly objectBytes: number;
  readonly keyBytes: number;
  readonly cycle: number;
  readonly seek: number;
  readonly className: string;
  readonly name: string;
  readonly title: string;
}

/**
 * Reads a key, with 32- or (version above 1000) 64-bit positions; checks the lengths against each other.
 * Baskets `embedded` in a tree's record were never given a length on disk.
 */
export function readKey(cursor: Cursor, embedded = false): Key {
  const bytes = cursor.i32();
  const version = cursor.u16();
  const objectBytes = cursor.i32();
  cursor.take(4); // fDatime
  const keyBytes = cursor.u16();
  const cycle = cursor.u16();
  const big = version > 1000;
  const seek = big ? cursor.i64() : cursor.i32();
  cursor.take(big ? 8 : 4); // fSeekPdir
  const key = {
    bytes,
    objectBytes,
    keyBytes,
    cycle,
    seek,
    className: cursor.string(),
    name: cursor.string(),
    title: cursor.string(),
  };
  if ((bytes < keyBytes && !embedded) || objectBytes < 0 || keyBytes < 26 || seek < 0) {
    cursor.fail(
      `a key's lengths contradict each other (record ${bytes}, key ${keyBytes}, object ${objectBytes}, position ${seek})`,
    );
  }
  return key;
}
