/** Writes an integer below 2^53 into a pair of 32-bit halves: BigInts cost an allocation each. */
export function setWide(halves: Int32Array, index: number, value: number): void {
  halves[2 * index] = value % 0x100000000;
  halves[2 * index + 1] = Math.floor(value / 0x100000000);
}

/** Fills the first `count` places of a fresh array with `start`, `start + 1`, ... */
export function fillNumbers(out: BigInt64Array, start: number, count: number): void {
  const halves = new Int32Array(out.buffer, out.byteOffset, 2 * count);
  for (let index = 0; index < count; index += 1) setWide(halves, index, start + index);
}
