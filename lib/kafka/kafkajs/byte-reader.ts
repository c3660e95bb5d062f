/**
 * Reads fields of Kafka's protocol one after the other, with lengths as they are or compact: one more than what
 * they count, 0 for null.
 * @throws RangeError past the end
 */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  int16(): number {
    this.#at += 2;
    return this.#bytes.readInt16BE(this.#at - 2);
  }

  int32(): number {
    this.#at += 4;
    return this.#bytes.readInt32BE(this.#at - 4);
  }

  int64(): number {
    this.#at += 8;
    return Number(this.#bytes.readBigInt64BE(this.#at - 8));
  }

  uvarint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      this.#at += 1;
      const byte = this.#bytes.readUInt8(this.#at - 1);
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  string(): string {
    return this.#text(this.int16());
  }

  compactString(): string {
    return this.#text(this.uvarint() - 1);
  }

  #text(length: number): string {
    const start = this.#at;
    this.skip(length);
    return this.#bytes.toString('utf8', start, this.#at);
  }

  skipBytes(): void {
    this.skip(this.int32());
  }

  /** Fields that only a newer version knows. */
  skipTags(): void {
    for (let count = this.uvarint(); count > 0; count -= 1) {
      this.uvarint();
      this.skip(this.uvarint());
    }
  }

  /** A negative length stands for null, which takes no bytes. */
  skip(length: number): void {
    this.#at += Math.max(0, length);
  }
}
