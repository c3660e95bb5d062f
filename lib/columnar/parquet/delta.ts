import type { ByteSink } from './byte-sink.js';

const blockValues = 128;
const miniblockValues = 32;
const deltas = new Int32Array(blockValues);

/**
 * DELTA_BINARY_PACKED of a rising sequence whose whole span is below 2^31, so that differences of the low
 * words are exact. `words` are the low 32-bit words, `stride` apart (2 for 64-bit values).
 */
export function writeRisingDeltas(
  sink: ByteSink,
  words: Int32Array,
  stride: 1 | 2,
  count: number,
  first: number | bigint,
): void {
  sink.varint(blockValues);
  sink.varint(blockValues / miniblockValues);
  sink.varint(count);
  if (typeof first === 'bigint') sink.zigzag64(first);
  else sink.zigzag(first);
  for (let begin = 1; begin < count; begin += blockValues) {
    const filled = Math.min(blockValues, count - begin);
    let smallest = 0x7fffffff;
    for (let i = 0; i < filled; i++) {
      const at = (begin + i) * stride;
      const delta = (words[at]! - words[at - stride]!) | 0;
      deltas[i] = delta;
      if (delta < smallest) smallest = delta;
    }
    deltas.fill(smallest, filled);
    writeBlock(sink, smallest, filled);
  }
}

function writeBlock(sink: ByteSink, smallest: number, filled: number): void {
  sink.zigzag(smallest);
  sink.reserve(4 + blockValues * 4);
  const { bytes } = sink;
  const widths = sink.length;
  let position = widths + 4;
  for (let part = 0; part < 4; part++) {
    const from = part * miniblockValues;
    let every = 0;
    for (let i = from; i < from + miniblockValues; i++) every |= deltas[i]! - smallest;
    const width = 32 - Math.clz32(every);
    bytes[widths + part] = width;
    // A miniblock beyond the last value has no bytes.
    if (width === 0 || from >= filled) continue;
    let held = 0;
    let bits = 0;
    for (let i = from; i < from + miniblockValues; i++) {
      const value = deltas[i]! - smallest;
      held |= value << bits;
      bits += width;
      if (bits >= 32) {
        bytes[position++] = held;
        bytes[position++] = held >>> 8;
        bytes[position++] = held >>> 16;
        bytes[position++] = held >>> 24;
        bits -= 32;
        // Widths are at most 31, so a full word always holds bits of an earlier value too.
        held = bits === 0 ? 0 : value >>> (width - bits);
      }
    }
  }
  sink.length = position;
}
