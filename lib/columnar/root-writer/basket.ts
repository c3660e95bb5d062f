import { ByteWriter } from './byte-writer.js';
import { keyLength, type RecordKey, writeKey } from './file-records.js';

/** What TBasket adds to its key: version, buffer sizes, entries, end of the data, a flag. */
const basketExtra = 19;

/** Bytes before a basket's payload; entry positions inside the payload count from the start of the key. */
export function basketKeyLength(branch: string, tree: string): number {
  return keyLength({ className: 'TBasket', name: branch, title: tree }, false, basketExtra);
}

export interface BasketFacts {
  readonly branch: string;
  readonly tree: string;
  readonly seek: number;
  readonly parent: number;
  readonly datime: number;
  readonly entries: number;
  /** Bytes of event data in the payload, and of the whole payload (with entry positions) before compression. */
  readonly dataBytes: number;
  readonly plainBytes: number;
  /** Bytes of one entry for flat branches, slots for entry positions for jagged ones. */
  readonly bufferStep: number;
  readonly basketBytes: number;
}

/** The key of a basket: a TKey with TBasket's own members behind it. */
export function basketKey(facts: BasketFacts, storedBytes: number): Buffer {
  const key: RecordKey = {
    className: 'TBasket',
    name: facts.branch,
    title: facts.tree,
    objectBytes: facts.plainBytes,
    storedBytes,
    cycle: 0,
    seek: facts.seek,
    parent: facts.parent,
    datime: facts.datime,
  };
  const out = new ByteWriter();
  writeKey(out, key, false, basketExtra);
  const length = basketKeyLength(facts.branch, facts.tree);
  out
    .u16(3)
    .i32(facts.basketBytes)
    .i32(facts.bufferStep)
    .i32(facts.entries)
    .i32(length + facts.dataBytes)
    .u8(0);
  return out.done();
}

/**
 * Puts the entry positions behind a jagged basket's data, as ROOT does: their number, then each as a 32-bit
 * big-endian integer, then a zero. `target` must have room from `at` on for 8 + 4 x entries bytes.
 */
export function appendStarts(target: Buffer, at: number, starts: Int32Array, entries: number): number {
  const view = new DataView(target.buffer, target.byteOffset, target.byteLength);
  view.setInt32(at, entries + 1);
  let out = at + 4;
  for (let entry = 0; entry < entries; entry += 1) {
    view.setInt32(out, starts[entry]!);
    out += 4;
  }
  view.setInt32(out, 0);
  return out + 4;
}
