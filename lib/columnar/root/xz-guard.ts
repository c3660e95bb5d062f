/**
 * Adds up what an .xz stream of one LZMA2 block says it unpacks to, from its chunk headers alone
 * (xz-file-format.txt 3.1, and the LZMA2 chunk layout in the xz sources). The decoder hands out a buffer as
 * large as the stream likes, so this stands before it. Returns -1 where the bytes are no such stream.
 */
export function xzUnpackedLength(bytes: Uint8Array): number {
  const streamHeader = 12;
  if (bytes.length < streamHeader + 8 || bytes[0] !== 0xfd || bytes[1] !== 0x37) return -1;
  // Block header: its length in units of four bytes less one.
  let at = streamHeader + (bytes[streamHeader]! + 1) * 4;
  let total = 0;
  while (at < bytes.length) {
    const control = bytes[at]!;
    if (control === 0) return total;
    if (at + 6 > bytes.length) return -1;
    const length = ((bytes[at + 1]! << 8) | bytes[at + 2]!) + 1;
    if (control === 1 || control === 2) {
      total += length;
      at += 3 + length;
    } else if (control >= 0x80) {
      total += ((control & 0x1f) << 16) + length;
      at += (control >= 0xc0 ? 6 : 5) + ((bytes[at + 3]! << 8) | bytes[at + 4]!) + 1;
    } else return -1;
  }
  return -1;
}
