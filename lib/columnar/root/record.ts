import { checkBlocks } from './blocks.js';
import { Cursor } from './cursor.js';
import { corrupt, type Place } from './damage.js';
import { decompress } from './decompress.js';
import type { FileBytes } from './file-bytes.js';
import { type Key, readKey } from './key.js';

/** No single object of ours (a tree's record, class descriptions) may be larger than this, decompressed. */
const largestObject = 1 << 28;

export interface RecordBytes {
  /** The record as on disk, key included. */
  readonly raw: Uint8Array;
  /** The object, decompressed. */
  readonly object: Uint8Array;
  readonly key: Key;
}

/**
 * Reads the record of `length` bytes at `position` and decompresses its object. Where a directory lists it,
 * the record's own key must say the same as `listed`.
 * @throws root_corrupt
 */
export function readRecord(
  file: FileBytes,
  position: number,
  length: number,
  what: string,
  listed?: Key,
): RecordBytes {
  const place: Place = { path: file.path, byte: position };
  const raw = file.readAt(position, length, what);
  const key = readKey(new Cursor(raw, file.path, position, `key of ${what}`));
  if (key.bytes !== length || key.keyBytes > length) {
    throw corrupt(place, `${what} should have ${length} bytes, its own key says ${key.bytes}`);
  }
  if (listed !== undefined) {
    for (const field of ['className', 'name', 'cycle', 'objectBytes', 'keyBytes'] as const) {
      if (key[field] !== listed[field]) {
        throw corrupt(
          place,
          `${what} is listed with ${field} ${listed[field]}, its own key says ${key[field]}`,
        );
      }
    }
  }
  const packed = length - key.keyBytes;
  if (packed === key.objectBytes) return { raw, object: raw.subarray(key.keyBytes), key };
  if (key.objectBytes < packed || key.objectBytes > largestObject) {
    throw corrupt(
      place,
      `${what} has ${packed} bytes on disk and is said to have ${key.objectBytes} decompressed`,
    );
  }
  return { raw, object: decompressed(raw, key.keyBytes, key.objectBytes, place), key };
}

function decompressed(raw: Uint8Array, start: number, expected: number, place: Place): Uint8Array {
  checkBlocks(raw, start, raw.length, expected, place);
  const object = new Uint8Array(expected);
  decompress(raw, start, raw.length, object, expected, place);
  return object;
}
