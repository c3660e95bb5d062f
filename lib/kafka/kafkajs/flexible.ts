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
