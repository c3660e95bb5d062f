import { corrupt } from './damage.js';

const utf8 = new TextDecoder();

/**
 * Reads big-endian values in order from bytes that may lie: nothing is read past the end, and each failure
 * names the file and the byte. `base` is the position in the file of the first byte (of the record that was
 * decompressed, where it was).
 */
export class Cursor {
  position = 0;
  private readonly view: DataView;

  constructor(
    readonly bytes: Uint8Array,
    readonly path: string,
    readonly base: number,
    /** What is being read, for messages: 'header', 'key list of /', 'tree mini'. */
    readonly what: string,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get remaining(): number {
    return this.bytes.byteLength - this.position;
  }

  fail(what: string): never {
    throw corrupt(
      { path: this.path, byte: this.base },
      `${this.what} (at byte ${this.position} in it): ${what}`,
    );
  }

  /** Moves over `count` bytes and returns where they begin. */
  take(count: number): number {
    if (!(count >= 0 && count <= this.remaining)) {
      this.fail(`${count} more bytes were expected, ${this.remaining} are left`);
    }
    const start = this.position;
    this.position += count;
    return start;
  }

  /** Jumps forward (never back) to `position`. */
  jump(position: number): void {
    if (position < this.position) this.fail(`an object of ${position} bytes holds more than it says`);
    this.take(position - this.position);
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }
  i8(): number {
    return this.view.getInt8(this.take(1));
  }
  u16(): number {
    return this.view.getUint16(this.take(2));
  }
  i16(): number {
    return this.view.getInt16(this.take(2));
  }
  u32(): number {
    return this.view.getUint32(this.take(4));
  }
  i32(): number {
    return this.view.getInt32(this.take(4));
  }
  f32(): number {
    return this.view.getFloat32(this.take(4));
  }
  f64(): number {
    return this.view.getFloat64(this.take(8));
  }
  /** A signed 64-bit integer as a number: exact to 2^53, beyond that it is no position or count anyway. */
  i64(): number {
    const start = this.take(8);
    return this.view.getInt32(start) * 0x100000000 + this.view.getUint32(start + 4);
  }

  slice(count: number): Uint8Array {
    const start = this.take(count);
    return this.bytes.subarray(start, start + count);
  }

  /** A TString: length in one byte, or 255 and then in four. */
  string(): string {
    let length = this.u8();
    if (length === 255) length = this.u32();
    return utf8.decode(this.slice(length));
  }

  /** A C string of at most `limit` bytes with its closing zero. */
  cString(limit = 1024): string {
    const start = this.position;
    const end = this.bytes.indexOf(0, start);
    if (end < 0 || end - start > limit) this.fail('a class name has no end');
    this.position = end + 1;
    return utf8.decode(this.bytes.subarray(start, end));
  }

  /** Version and byte count before an object; `end` is undefined where (as in old files) no count is stored. */
  version(): { version: number; end: number | undefined } {
    const start = this.position;
    const count = this.u32();
    if ((count & 0x40000000) === 0 || count >= 0x80000000) {
      this.position = start;
      return { version: this.u16(), end: undefined };
    }
    const end = start + 4 + (count & 0x3fffffff);
    if (end > this.bytes.byteLength) {
      this.fail(
        `an object of ${end - start} bytes begins at ${start}, ${this.bytes.byteLength - start} are left`,
      );
    }
    return { version: this.u16(), end };
  }

  /** The TObject part of an object: version, id, bits and, for referenced ones, a process id. */
  tObject(): void {
    const { end } = this.version();
    this.take(4);
    const bits = this.u32();
    if ((bits & 0x10) !== 0) this.take(2);
    if (end !== undefined) this.jump(end);
  }

  /** The TNamed part of an object. */
  tNamed(): { name: string; title: string } {
    const { end } = this.version();
    this.tObject();
    const name = this.string();
    const title = this.string();
    if (end !== undefined) this.jump(end);
    return { name, title };
  }
}
