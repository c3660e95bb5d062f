/** Turns the first `count` values of `size` bytes in `buffer` from big-endian to this machine's order, in place. */
export function swapInPlace(buffer: ArrayBuffer, size: 1 | 2 | 4 | 8, count: number): void {
  if (size === 1 || !littleEndian) return;
  const bytes = Buffer.from(buffer, 0, count * size);
  if (size === 2) bytes.swap16();
  else if (size === 4) bytes.swap32();
  else bytes.swap64();
}

/** True on every machine that Node has releases for but s390x. */
export const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;
