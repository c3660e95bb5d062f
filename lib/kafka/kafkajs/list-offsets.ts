import { RmmError } from '../../base/error.js';
import { brokerCode } from '../broker-codes.js';
import type { PartitionOffsets } from '../client.js';
import { brokerFailure } from '../failures.js';
import type { Directory } from './directory.js';

const isolation = { readUncommitted: 0, readCommitted: 1 } as const;
const firstOffset = -2;
const endOffset = -1;

/** Which partition, and what for. */
export interface AskedPartition {
  readonly topic: string;
  readonly partition: number;
  readonly doing: string;
}

/** Asks the leader of a partition for one of its offsets. */
async function askOffset(
  directory: Directory,
  { topic, partition, doing }: AskedPartition,
  isolationLevel: 0 | 1,
  timestamp: number,
): Promise<number> {
  try {
    const address = await directory.leaderOf(topic, partition, doing);
    const link = await directory.to(address);
    const { responses } = await link.ask(
      'ListOffsets',
      { isolationLevel, topics: [{ topic, partitions: [{ partition, timestamp }] }] },
      doing,
    );
    const found = responses[0]?.partitions[0];
    const code = found?.errorCode ?? -1;
    if (code === 0) return Number(found!.offset);
    throw brokerFailure(code, { doing, broker: address });
  } catch (error) {
    // Another broker may lead by now.
    directory.forgetTopic(topic);
    throw error;
  }
}

/** First offset and both ends of one partition. */
export async function partitionRange(directory: Directory, asked: AskedPartition): Promise<PartitionOffsets> {
  const [first, ends] = await Promise.all([
    askOffset(directory, asked, isolation.readUncommitted, firstOffset),
    partitionEnds(directory, asked),
  ]);
  return { partition: asked.partition, first, ...ends };
}

/** The end of one partition, and what of it readers of committed messages can see now. */
export async function partitionEnds(
  directory: Directory,
  asked: AskedPartition,
): Promise<Pick<PartitionOffsets, 'end' | 'stable'>> {
  const [end, stable] = await Promise.all([
    askOffset(directory, asked, isolation.readUncommitted, endOffset),
    stableEnd(directory, asked),
  ]);
  return { end, stable };
}

/** End of what readers of committed messages can see now (last stable offset). */
export async function stableEnd(directory: Directory, asked: AskedPartition): Promise<number> {
  return await askOffset(directory, asked, isolation.readCommitted, endOffset);
}

/** Why there is no message at an offset that a broker said is out of range. */
export async function whyOutOfRange(
  directory: Directory,
  asked: AskedPartition,
  offset: number,
): Promise<RmmError> {
  const { topic, partition, doing } = asked;
  const { first, end } = await partitionRange(directory, asked);
  // The leader that said so has been replaced since, or was behind.
  if (offset >= first && offset <= end)
    return brokerFailure(brokerCode.unknownLeaderEpoch, { doing, broker: 'that leads now' });
  const what =
    offset < first
      ? `messages ${offset} to ${first - 1} were deleted before they were read; was their retention too short?`
      : `the end is ${end}; was the topic deleted and made again?`;
  return new RmmError('kafka_data_lost', `${doing}: there is no offset ${offset}: ${what}`, {
    context: { topic, partition, offset, first, end },
  });
}
