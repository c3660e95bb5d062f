/** A buffer that grows by doubling and is used again; what it held is lost or kept as asked. */
export class Scratch {
  buffer = new ArrayBuffer(0);
  bytes = new Uint8Array(this.buffer);
  view = new DataView(this.buffer);

  /** Makes room for `length` bytes; keeps the first `keep` bytes where a new buffer is needed. */
  reserve(length: number, keep = 0): void {
    if (length <= this.buffer.byteLength) return;
    // A multiple of 8, so that any typed array fits over it.
    const size =
      Math.ceil(Math.max(length, Math.min(this.buffer.byteLength * 2, length + (64 << 20))) / 8) * 8;
    const old = this.bytes;
    this.buffer = new ArrayBuffer(size);
    this.bytes = new Uint8Array(this.buffer);
    this.view = new DataView(this.buffer);
    if (keep > 0) this.bytes.set(old.subarray(0, keep), 0);
  }
}
