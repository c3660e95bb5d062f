/**
 * Decodes one LZ4 block (lz4_Block_format.md) from input[start, end) to output[at, limit).
 * Returns the position after the last byte written, or -1 where the bytes are no valid block: nothing is
 * read or written outside the given ranges.
 */
export function decodeLz4Block(
  input: Uint8Array,
  start: number,
  end: number,
  output: Uint8Array,
  at: number,
  limit: number,
): number {
  const origin = at;
  let from = start;
  let to = at;
  while (from < end) {
    const token = input[from++]!;
    let literals = token >>> 4;
    if (literals === 15) {
      let more = 255;
      while (more === 255) {
        if (from >= end) return -1;
        more = input[from++]!;
        literals += more;
      }
    }
    if (literals > end - from || literals > limit - to) return -1;
    if (literals > 32) {
      output.set(input.subarray(from, from + literals), to);
      from += literals;
      to += literals;
    } else {
      for (const stop = from + literals; from < stop; ) output[to++] = input[from++]!;
    }
    // The last sequence has no match.
    if (from === end) return to;
    if (end - from < 2) return -1;
    const distance = input[from]! | (input[from + 1]! << 8);
    from += 2;
    if (distance === 0 || distance > to - origin) return -1;
    let length = (token & 15) + 4;
    if (length === 19) {
      let more = 255;
      while (more === 255) {
        if (from >= end) return -1;
        more = input[from++]!;
        length += more;
      }
    }
    if (length > limit - to) return -1;
    let match = to - distance;
    if (length > 64 && distance >= length) {
      output.copyWithin(to, match, match + length);
      to += length;
    } else {
      for (const stop = to + length; to < stop; ) output[to++] = output[match++]!;
    }
  }
  return -1;
}
