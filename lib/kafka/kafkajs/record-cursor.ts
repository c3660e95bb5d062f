import { RmmError } from '../../base/error.js';

/** A batch that does not hold what it says; `retry` since another fetch may bring it whole. */
export function damaged(what: string): RmmError {
  return new RmmError('kafka_request_failed', `a record batch is damaged: ${what}`);
}

/** Reads Kafka's record encoding from a buffer; never past its end. */
export class RecordCursor {
  readonly bytes: Buffer;
  offset: number;

  constructor(bytes: Buffer, offset = 0) {
    this.bytes = bytes;
    this.offset = offset;
  }

  get left(): number {
    return this.bytes.length - this.offset;
  }

  skip(count: number): void {
    if (count > this.left) throw damaged(`${count} bytes announced, ${this.left} there`);
    this.offset += count;
  }

  /** Zigzag number of at most 10 bytes. Exact up to 2^53, which no offset, time or length reaches. */
  varint(): number {
    let value = 0;
    let factor = 1;
    for (let count = 0; count < 10; count += 1) {
      const byte = this.bytes[this.offset];
      if (byte === undefined) throw damaged('it ends within a number');
      this.offset += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      factor *= 128;
    }
    throw damaged('a number has more than 10 bytes');
  }

  /** Bytes behind their length; null where the length is negative. A view. */
  field(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    const start = this.offset;
    this.skip(length);
    return this.bytes.subarray(start, this.offset);
  }
}
