import { corrupt, type Place, unsupported } from './damage.js';
import type { EntryEncoding, NumberArray } from './types.js';

/** Number of values of each entry in [first, first + count), from the branch that counts them. */
export type Counts = (first: number, count: number) => NumberArray;

/**
 * Reads the offset table behind a basket's content to `starts`, as positions in the content: entries + 1 of
 * them, the last the content's end.
 * @throws root_corrupt
 */
export function startsFromTable(
  view: DataView,
  contentBytes: number,
  objectBytes: number,
  keyBytes: number,
  entries: number,
  starts: Int32Array,
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
  starts: Int32Array,
  place: Place,
): void {
  let at = 0;
  starts[0] = 0;
  if (encoding === 'vector') {
    for (let entry = 0; entry < entries; entry += 1) {
      const length = at + 4 <= contentBytes ? (view.getUint32(at) & 0x3fffffff) + 4 : 0;
      if (length < 10 || at + length > contentBytes) throw tooLong(entry, place);
      at += length;
      starts[entry + 1] = at;
    }
  } else if (encoding === 'plain' && counts !== null && entries > 0) {
    const numbers = counts(firstEntry, entries);
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
