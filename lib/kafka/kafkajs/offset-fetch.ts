import type { CommittedOffset } from '../client.js';

/**
 * OffsetFetch, version 7, which kafkajs does not know. From this version on a request can ask for stable offsets:
 * where a transaction holds a newer one that is not decided, or decided but not yet taken in by the
 * coordinator, the answer is UNSTABLE_OFFSET_COMMIT and not the old one. A service that takes a partition over and
 * reads the position too early would write everything since then twice.
 */
export const stableOffsetFetch = { apiName: 'OffsetFetch', apiKey: 9, apiVersion: 7 } as const;

export interface OffsetFetchAnswer {
  readonly codes: readonly number[];
  readonly committed: ReadonlyMap<number, CommittedOffset>;
}

function uvarint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80);
  return Buffer.from([...bytes, left]);
}

/** Lengths of this encoding are one more than what they count; 0 stands for null. */
function compactString(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([uvarint(bytes.length + 1), bytes]);
}

const noTags = Buffer.from([0]);

export function writeOffsetFetch(group: string, topic: string, partitions: readonly number[]): Buffer {
  const numbers = Buffer.alloc(4 * partitions.length);
  for (const [index, partition] of partitions.entries()) numbers.writeInt32BE(partition, 4 * index);
  const requireStable = Buffer.from([1]);
  return Buffer.concat([
    // The header of requests of this kind ends with tags too.
    noTags,
    compactString(group),
    uvarint(2),
    compactString(topic),
    uvarint(partitions.length + 1),
    numbers,
    noTags,
    requireStable,
    noTags,
  ]);
}

class Cursor {
  readonly #bytes: Buffer;
  at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  uvarint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes.readUInt8(this.at);
      this.at += 1;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  int16(): number {
    this.at += 2;
    return this.#bytes.readInt16BE(this.at - 2);
  }

  int32(): number {
    this.at += 4;
    return this.#bytes.readInt32BE(this.at - 4);
  }

  int64(): number {
    this.at += 8;
    return Number(this.#bytes.readBigInt64BE(this.at - 8));
  }

  string(): string {
    const length = Math.max(0, this.uvarint() - 1);
    this.at += length;
    return this.#bytes.toString('utf8', this.at - length, this.at);
  }

  skipTags(): void {
    for (let count = this.uvarint(); count > 0; count -= 1) {
      this.uvarint();
      const size = this.uvarint();
      this.at += size;
    }
  }
}

export function readOffsetFetch(payload: Buffer): OffsetFetchAnswer {
  const cursor = new Cursor(payload);
  const codes: number[] = [];
  const committed = new Map<number, CommittedOffset>();
  cursor.skipTags();
  cursor.int32();
  for (let topics = cursor.uvarint() - 1; topics > 0; topics -= 1) {
    cursor.string();
    for (let partitions = cursor.uvarint() - 1; partitions > 0; partitions -= 1) {
      const partition = cursor.int32();
      const offset = cursor.int64();
      cursor.int32();
      // @confluentinc/kafka-javascript ends what it commits with a zero.
      const metadata = cursor.string().replace(/\0$/, '');
      codes.push(cursor.int16());
      cursor.skipTags();
      // -1 stands for none.
      if (offset >= 0) committed.set(partition, { offset, metadata });
    }
    cursor.skipTags();
  }
  codes.push(cursor.int16());
  return { codes, committed };
}
