import type { CommittedOffset } from '../client.js';
import { ByteReader } from './byte-reader.js';
import { compactString, noTags, type OwnRequest, uvarint } from './flexible.js';

export interface OffsetFetchAnswer {
  readonly codes: readonly number[];
  readonly committed: ReadonlyMap<number, CommittedOffset>;
}

/**
 * OffsetFetch, version 7, which kafkajs does not know. From this version on a request can ask for stable offsets:
 * where a transaction holds a newer one that is not decided, or decided but not yet taken in by the
 * coordinator, the answer is UNSTABLE_OFFSET_COMMIT and not the old one. A service that takes a partition over and
 * reads the position too early would write everything since then twice.
 */
export function stableOffsetFetch(
  group: string,
  topic: string,
  partitions: readonly number[],
): OwnRequest<OffsetFetchAnswer> {
  const body = bodyOf(group, topic, partitions);
  return { name: 'OffsetFetch', key: 9, version: 7, body, read };
}

function bodyOf(group: string, topic: string, partitions: readonly number[]): Buffer {
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

function read(payload: Buffer): OffsetFetchAnswer {
  const reader = new ByteReader(payload);
  const codes: number[] = [];
  const committed = new Map<number, CommittedOffset>();
  reader.skipTags();
  reader.int32();
  for (let topics = reader.uvarint() - 1; topics > 0; topics -= 1) {
    reader.compactString();
    for (let partitions = reader.uvarint() - 1; partitions > 0; partitions -= 1) {
      const partition = reader.int32();
      const offset = reader.int64();
      reader.int32();
      // @confluentinc/kafka-javascript ends what it commits with a zero.
      const metadata = reader.compactString().replace(/\0$/, '');
      codes.push(reader.int16());
      reader.skipTags();
      // -1 stands for none.
      if (offset >= 0) committed.set(partition, { offset, metadata });
    }
    reader.skipTags();
  }
  codes.push(reader.int16());
  return { codes, committed };
}
