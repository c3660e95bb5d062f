import { checkBlocks } from './blocks.js';
import { Cursor } from './cursor.js';
import { corrupt, type Place } from './damage.js';
import { decompress } from './decompress.js';
import { readBasketHeader } from './embedded-basket.js';
import { readKey } from './key.js';
import type { Scratch } from './scratch.js';

/** ROOT itself refuses baskets beyond 1 GB. */
const largestBasket = 1 << 30;

/** A basket decompressed: big-endian content, then (in branches of varying size) the offset table. */
export interface OpenBasket {
  /** Content and offset table stand at the front of it. */
  readonly scratch: Scratch;
  readonly entries: number;
  /** Length of the content. */
  readonly contentBytes: number;
  /** Length of all: what follows the content is the offset table. */
  readonly objectBytes: number;
  /** What the stored offsets count from. */
  readonly keyBytes: number;
}

/**
 * Checks a basket as read from disk against what the branch says of it, and decompresses it into `scratch`.
 * `bytes` is the whole record with its key; `place.byte` its position in the file.
 * @throws root_corrupt, root_unsupported
 */
export function openBasket(
  bytes: Uint8Array,
  expectedEntries: number,
  scratch: Scratch,
  place: Place,
): OpenBasket {
  const cursor = new Cursor(bytes, place.path, place.byte ?? 0, `basket of branch ${place.branch}`);
  const key = readKey(cursor);
  if (key.bytes !== bytes.length) {
    throw corrupt(place, `the branch gives this basket ${bytes.length} bytes, its own key ${key.bytes}`);
  }
  if (key.className !== 'TBasket') {
    throw corrupt(place, `a TBasket was expected here, the key says ${JSON.stringify(key.className)}`);
  }
  const { entries, last } = readBasketHeader(cursor);
  if (cursor.position !== key.keyBytes) {
    throw corrupt(place, `the basket's key ends at ${cursor.position} and says it ends at ${key.keyBytes}`);
  }
  if (entries !== expectedEntries) {
    throw corrupt(place, `the basket has ${entries} entries, the branch expects ${expectedEntries}`);
  }
  const contentBytes = last - key.keyBytes;
  if (contentBytes < 0 || contentBytes > key.objectBytes) {
    throw corrupt(
      place,
      `the content is said to end at ${last}, outside of ${key.keyBytes} to ${key.keyBytes + key.objectBytes}`,
    );
  }
  const packed = bytes.length - key.keyBytes;
  if (key.objectBytes < packed || key.objectBytes > largestBasket) {
    throw corrupt(place, `${packed} bytes on disk are said to become ${key.objectBytes}`);
  }
  if (packed === key.objectBytes) {
    scratch.reserve(key.objectBytes);
    scratch.bytes.set(bytes.subarray(key.keyBytes), 0);
  } else {
    // The blocks' own lengths must add up before anything of that size is reserved.
    checkBlocks(bytes, key.keyBytes, bytes.length, key.objectBytes, place);
    scratch.reserve(key.objectBytes);
    decompress(bytes, key.keyBytes, bytes.length, scratch.bytes, key.objectBytes, place);
  }
  return { scratch, entries, contentBytes, objectBytes: key.objectBytes, keyBytes: key.keyBytes };
}
