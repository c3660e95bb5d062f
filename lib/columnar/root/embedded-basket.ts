import type { Cursor } from './cursor.js';
import { readKey } from './key.js';
import type { EmbeddedBasket } from './types.js';

/** What stands in a basket's key after the common part. */
export interface BasketHeader {
  /** Capacity of the offset table; with a default of 1000 in branches of varying size, the value size in others. */
  readonly entries: number;
  /** End of the content, counted from the key's start. */
  readonly last: number;
  /** How the offsets and, embedded, the content are stored (TBasket::Streamer). */
  readonly flag: number;
}

/** Reads the basket's own part of its key: version, sizes, entries, end, flag. */
export function readBasketHeader(cursor: Cursor): BasketHeader {
  cursor.take(2 + 4); // version, fBufferSize
  const capacity = cursor.i32();
  if (capacity < 0) cursor.take(1); // fIOBits follow a negative capacity
  const entries = cursor.i32();
  const last = cursor.i32();
  const flag = cursor.u8();
  if (entries < 0 || last < 0) cursor.fail(`a basket of ${entries} entries that ends at ${last}`);
  return { entries, last, flag };
}

/** Reads a basket inside a tree's record (TBasket::Streamer): key, offsets, then the content uncompressed. */
export function readEmbeddedBasket(cursor: Cursor): EmbeddedBasket {
  const key = readKey(cursor, true);
  const { entries, last, flag } = readBasketHeader(cursor);
  let offsets: Int32Array | null = null;
  const kind = flag >= 80 ? flag - 80 : flag;
  if (flag >= 80)
    cursor.fail('a basket without the offset table that its IO feature leaves out is not supported');
  if (flag < 80 && kind !== 0 && kind % 10 !== 2) {
    if (entries > 0) {
      const count = cursor.i32();
      if (count < entries || count > cursor.remaining / 4) {
        cursor.fail(`an offset table of ${count} for a basket of ${entries} entries`);
      }
      offsets = new Int32Array(entries + 1);
      for (let index = 0; index < count; index += 1) {
        const offset = cursor.i32();
        // Flags 21 to 39 keep a displacement in the upper byte.
        if (index < entries) offsets[index] = kind > 20 && kind < 40 ? offset & 0x00ffffff : offset;
      }
      offsets[entries] = last;
    }
    if (kind > 40) cursor.take(4 * cursor.i32()); // displacements
  }
  if (kind === 1 || kind > 10) {
    if (last < key.keyBytes)
      cursor.fail(`a basket's content ends at ${last}, within its key of ${key.keyBytes}`);
    const content = cursor.slice(last).slice(key.keyBytes);
    return { entries, keyLength: key.keyBytes, content, offsets };
  }
  return { entries: 0, keyLength: key.keyBytes, content: new Uint8Array(0), offsets: null };
}
