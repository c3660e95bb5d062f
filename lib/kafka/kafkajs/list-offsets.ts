import type { PartitionOffsets } from '../client.js';
import type { Directory } from './directory.js';
import { brokerFailure } from './failures.js';

const readUncommitted = 0;
const firstOffset = -2;
const endOffset = -1;

/** First offset and end of one partition, asked of its leader. */
export async function partitionRange(
  directory: Directory,
  topic: string,
  partition: number,
  doing: string,
): Promise<PartitionOffsets> {
  const address = await directory.leaderOf(topic, partition, doing);
  const link = await directory.to(address);
  const ask = async (timestamp: number): Promise<number> => {
    const { responses } = await link.ask(
      'ListOffsets',
      { isolationLevel: readUncommitted, topics: [{ topic, partitions: [{ partition, timestamp }] }] },
      doing,
    );
    const found = responses[0]?.partitions[0];
    const code = found?.errorCode ?? -1;
    if (code === 0) return Number(found!.offset);
    directory.forgetTopic(topic);
    throw brokerFailure(code, { doing, broker: address });
  };
  const [first, end] = await Promise.all([ask(firstOffset), ask(endOffset)]);
  return { partition, first, end };
}
