import type { ByteSink } from './byte-sink.js';

/** Bits that hold every number from 0 to `largest`; at least 1, which every reader takes. */
export function bitWidth(largest: number): number {
  return Math.max(1, 32 - Math.clz32(largest));
}

/** A run of the RLE and bit-packing hybrid that repeats one value of at most 8 bits. */
export function writeRepeatedRun(sink: ByteSink, value: number, count: number): void {
  sink.varint(count * 2);
  sink.byte(value);
}

/** The header of a bit-packed run for `count` values; the last group of 8 is padded with zeros. */
export function writePackedHeader(sink: ByteSink, count: number): void {
  sink.varint(Math.ceil(count / 8) * 2 + 1);
}

/**
 * One bit-packed run of `remap[source[i] - base]` for i in [start, end), `width` bits each, at most 24.
 * The caller has checked that every index falls into `remap`.
 */
export function writePackedCodes(
  sink: ByteSink,
  source: Int32Array,
  base: number,
  remap: Int32Array,
  start: number,
  end: number,
  width: number,
): void {
  writePackedHeader(sink, end - start);
  const size = Math.ceil((end - start) / 8) * width;
  sink.reserve(size);
  const bytes = sink.bytes;
  const stop = sink.length + size;
  let position = sink.length;
  let held = 0;
  let bits = 0;
  for (let i = start; i < end; i++) {
    held |= remap[source[i]! - base]! << bits;
    bits += width;
    while (bits >= 8) {
      bytes[position++] = held;
      held >>>= 8;
      bits -= 8;
    }
  }
  if (bits > 0) bytes[position++] = held;
  bytes.fill(0, position, stop);
  sink.length = stop;
}

/** Level bytes of nullable rows: one bit a row, 1 where present; a single run where all are alike. */
export function writePresence(sink: ByteSink, validity: Uint8Array, present: number): void {
  const rows = validity.length;
  if (present === rows || present === 0) {
    writeRepeatedRun(sink, present === 0 ? 0 : 1, rows);
    return;
  }
  writePackedHeader(sink, rows);
  const size = Math.ceil(rows / 8);
  sink.reserve(size);
  const bytes = sink.bytes;
  const first = sink.length;
  bytes.fill(0, first, first + size);
  for (let i = 0; i < rows; i++) {
    if (validity[i] !== 0) bytes[first + (i >>> 3)]! |= 1 << (i & 7);
  }
  sink.length = first + size;
}
