import type { ByteSink } from './byte-sink.js';

/** BYTE_STREAM_SPLIT of 4-byte values: all first bytes, then all second bytes, and so on. */
export function writeSplit4(sink: ByteSink, values: Float32Array, start: number, end: number): void {
  const count = end - start;
  sink.reserve(count * 4);
  const words = new Uint32Array(values.buffer, values.byteOffset + start * 4, count);
  const { bytes } = sink;
  const a = sink.length;
  const b = a + count;
  const c = b + count;
  const d = c + count;
  for (let i = 0; i < count; i++) {
    const word = words[i]!;
    bytes[a + i] = word;
    bytes[b + i] = word >>> 8;
    bytes[c + i] = word >>> 16;
    bytes[d + i] = word >>> 24;
  }
  sink.length = d + count;
}

/** BYTE_STREAM_SPLIT of 8-byte values. */
export function writeSplit8(sink: ByteSink, values: Float64Array, start: number, end: number): void {
  const count = end - start;
  sink.reserve(count * 8);
  const words = new Uint32Array(values.buffer, values.byteOffset + start * 8, count * 2);
  const { bytes } = sink;
  const first = sink.length;
  for (let half = 0; half < 2; half++) {
    const a = first + half * 4 * count;
    const b = a + count;
    const c = b + count;
    const d = c + count;
    for (let i = 0; i < count; i++) {
      const word = words[2 * i + half]!;
      bytes[a + i] = word;
      bytes[b + i] = word >>> 8;
      bytes[c + i] = word >>> 16;
      bytes[d + i] = word >>> 24;
    }
  }
  sink.length = first + count * 8;
}
