/** ROOT marks a 4-byte length with this bit (kByteCountMask). */
const byteCountMask = 0x40000000;

/** A growing big-endian buffer with ROOT's strings and byte counts. For metadata, not for event data. */
export class ByteWriter {
  private buffer = Buffer.alloc(4096);
  length = 0;

  private room(bytes: number): number {
    const at = this.length;
    this.length += bytes;
    if (this.length > this.buffer.length) {
      const larger = Buffer.alloc(Math.max(this.length, 2 * this.buffer.length));
      this.buffer.copy(larger, 0, 0, at);
      this.buffer = larger;
    }
    return at;
  }

  u8(value: number): this {
    const at = this.room(1);
    this.buffer[at] = value;
    return this;
  }

  u16(value: number): this {
    const at = this.room(2);
    this.buffer.writeUInt16BE(value, at);
    return this;
  }

  /** Any 32-bit integer, signed or not. */
  i32(value: number): this {
    const at = this.room(4);
    this.buffer.writeInt32BE(value | 0, at);
    return this;
  }

  /** An integer of up to 53 bits and a sign, as 64 bits. */
  i64(value: number): this {
    return this.i32(Math.floor(value / 0x100000000)).i32(value % 0x100000000);
  }

  f32(value: number): this {
    const at = this.room(4);
    this.buffer.writeFloatBE(value, at);
    return this;
  }

  f64(value: number): this {
    const at = this.room(8);
    this.buffer.writeDoubleBE(value, at);
    return this;
  }

  zeros(count: number): this {
    const at = this.room(count);
    this.buffer.fill(0, at, at + count);
    return this;
  }

  bytes(data: Uint8Array): this {
    const at = this.room(data.length);
    this.buffer.set(data, at);
    return this;
  }

  /** TString: one byte of length, or 255 and four bytes; then UTF-8. */
  string(text: string): this {
    const data = Buffer.from(text, 'utf8');
    if (data.length < 255) this.u8(data.length);
    else this.u8(255).i32(data.length);
    return this.bytes(data);
  }

  /** A class name as ROOT writes it after a new-class tag: with a closing zero. */
  cString(text: string): this {
    return this.bytes(Buffer.from(text, 'utf8')).u8(0);
  }

  /** Writes `body` behind its byte count. */
  counted(body: () => void): this {
    const at = this.room(4);
    body();
    this.buffer.writeUInt32BE((byteCountMask | (this.length - at - 4)) >>> 0, at);
    return this;
  }

  /** An object: byte count, class version, members. */
  versioned(version: number, members: () => void): this {
    return this.counted(() => {
      this.u16(version);
      members();
    });
  }

  /** The bytes written so far; a view that the next write may overtake. */
  done(): Buffer {
    return this.buffer.subarray(0, this.length);
  }
}
