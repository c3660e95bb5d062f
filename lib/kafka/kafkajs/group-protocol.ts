import { ByteReader } from './byte-reader.js';
import { WireEncoder } from './internals.js';

/**
 * What members of a group of Kafka's "consumer" kind tell each other, in the encoding of Kafka's own clients
 * (ConsumerProtocolSubscription and ConsumerProtocolAssignment, version 1), so that copies with different
 * clients share one group and Kafka's tools can show it.
 */
const version = 1;

/** Name of the way to share out that all of Kafka's clients know; ours keeps partitions where they are. */
export const assignorName = 'roundrobin';

function nothing(): Buffer {
  return Buffer.alloc(0);
}

function partitionsOf(topic: string, partitions: readonly number[]): WireEncoder {
  return new WireEncoder().writeString(topic).writeArray(partitions);
}

/** What a member wants and has. */
export function writeSubscription(topic: string, owned: readonly number[]): Buffer {
  return new WireEncoder()
    .writeInt16(version)
    .writeArray([topic])
    .writeBytes(nothing())
    .writeArray([partitionsOf(topic, owned)]).buffer;
}

/** What the leader gives to a member. */
export function writeAssignment(topic: string, partitions: readonly number[]): Buffer {
  return new WireEncoder()
    .writeInt16(version)
    .writeArray([partitionsOf(topic, partitions)])
    .writeBytes(nothing()).buffer;
}

/** Partitions of `topic` in a list of topics with their partitions. */
function readPartitions(reader: ByteReader, topic: string): number[] {
  const found: number[] = [];
  for (let topics = reader.int32(); topics > 0; topics -= 1) {
    const isOurs = reader.string() === topic;
    for (let count = reader.int32(); count > 0; count -= 1) {
      const partition = reader.int32();
      if (isOurs) found.push(partition);
    }
  }
  return found;
}

/** Partitions that another member says it has; none where it speaks the oldest version, or nonsense. */
export function readOwned(subscription: Buffer, topic: string): number[] {
  try {
    const reader = new ByteReader(subscription);
    const spoken = reader.int16();
    for (let topics = reader.int32(); topics > 0; topics -= 1) reader.string();
    reader.skipBytes();
    return spoken < 1 || reader.isAtEnd ? [] : readPartitions(reader, topic);
  } catch (error) {
    if (error instanceof RangeError) return [];
    throw error;
  }
}

/** Partitions that the leader gave; none where it gave nothing. */
export function readAssignment(assignment: Buffer, topic: string): number[] {
  if (assignment.length === 0) return [];
  const reader = new ByteReader(assignment);
  reader.int16();
  return readPartitions(reader, topic);
}
