/**
 * The encoding of requests with tagged fields (KIP-482), which kafkajs does not write in the versions that are
 * asked for here: numbers of variable length, compact texts and lists.
 */

/** A request that kafkajs does not know, with its own encoding. */
export interface OwnRequest<Answer> {
  readonly name: string;
  readonly key: number;
  readonly version: number;
  readonly body: Buffer;
  readonly read: (payload: Buffer) => Answer;
}

export function uvarint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80);
  return Buffer.from([...bytes, left]);
}

/** A text in UTF-8. Lengths of this encoding are one more than what they count; 0 stands for null. */
export function compactString(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([uvarint(bytes.length + 1), bytes]);
}

export const noTags = Buffer.from([0]);

/** Reads the fields of an answer in their order. */
export class Cursor {
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
