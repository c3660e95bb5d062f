import { vectorHeader } from './branch-type.js';
import { corrupt, type Place, unsupported } from './damage.js';
import type { EntryEncoding, NumberArray } from './types.js';

/** Number of values of each entry in [first, first + count), from the branch that counts them. */
export type Counts = (first: number, count: number) => NumberArray;

/**
 * The offset table behind a basket's content must be as long as its entries need.
 * @throws root_corrupt
 */
export function checkTable(
  view: DataView,
  contentBytes: number,
  objectBytes: number,
  entries: number,
  place: Place,
): void {
  const tableBytes = objectBytes - contentBytes;
  if (tableBytes < 4 + 4 * entries) {
    throw corrupt(
      place,
      `an offset table for ${entries} entries needs ${4 + 4 * entries} bytes, the basket has ${tableBytes}`,
    );
  }
  const stored = view.getInt32(contentBytes);
  if (stored < entries || stored > entries + 1 || 4 + 4 * stored > tableBytes) {
    throw corrupt(place, `the offset table has ${stored} entries, the basket ${entries}`);
  }
}

/** Reads that table to `starts`, as positions in the content: entries + 1, the last the content's end. */
export function startsFromTable(
  view: DataView,
  contentBytes: number,
  keyBytes: number,
  entries: number,
  starts: Int32Array,
): void {
  let from = contentBytes + 4;
  for (let entry = 0; entry < entries; entry += 1) {
    starts[entry] = view.getInt32(from) - keyBytes;
    from += 4;
  }
  // The last offset is stored as 0 or as the content's end, by ROOT's version.
  starts[entries] = contentBytes;
}

/**
 * Finds where entries begin in a basket without an offset table (ROOT's IO feature kGenerateOffsetMap): from
 * the byte counts of vectors, or from the branch that counts the values.
 * @throws root_corrupt, root_unsupported
 */
export function startsWithoutTable(
  view: DataView,
  contentBytes: number,
  firstEntry: number,
  entries: number,
  encoding: EntryEncoding,
  size: number,
  counts: Counts | null,
  place: Place,
): Int32Array {
  let at = 0;
  let starts = new Int32Array(1);
  if (encoding === 'vector') {
    if (entries > contentBytes / vectorHeader) throw tooLong(entries - 1, place);
    starts = new Int32Array(entries + 1);
    for (let entry = 0; entry < entries; entry += 1) {
      const length = at + 4 <= contentBytes ? (view.getUint32(at) & 0x3fffffff) + 4 : 0;
      if (length < vectorHeader || at + length > contentBytes) throw tooLong(entry, place);
      at += length;
      starts[entry + 1] = at;
    }
  } else if (encoding === 'plain' && counts !== null && entries > 0) {
    const numbers = counts(firstEntry, entries);
    starts = new Int32Array(entries + 1);
    for (let entry = 0; entry < entries; entry += 1) {
      const number = Number(numbers[entry]!);
      if (!(number >= 0 && at + number * size <= contentBytes)) throw tooLong(entry, place);
      at += number * size;
      starts[entry + 1] = at;
    }
  } else if (entries > 0)
    throw unsupported(place, 'the basket has no offset table, and nothing counts its values');
  if (at !== contentBytes) {
    throw corrupt(place, `the entries of the basket fill ${at} bytes, its content has ${contentBytes}`);
  }
  return starts;
}

function tooLong(entry: number, place: Place): Error {
  return corrupt(place, `entry ${entry} of the basket reaches outside of its content`);
}

/** The first entry whose end lies before its start or behind the content, -1 for none. */
export function firstDisorder(starts: Int32Array, entries: number, contentBytes: number): number {
  if (starts[0] !== 0) return 0;
  for (let entry = 0; entry < entries; entry += 1) {
    const end = starts[entry + 1]!;
    if (end < starts[entry]! || end > contentBytes) return entry;
  }
  return -1;
}
