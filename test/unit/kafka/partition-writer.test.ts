import assert from 'node:assert/strict';
import test from 'node:test';
import type { Directory } from '../../../lib/kafka/kafkajs/directory.js';
import type { Link } from '../../../lib/kafka/kafkajs/link.js';
import { Links } from '../../../lib/kafka/kafkajs/links.js';
import { PartitionWriter } from '../../../lib/kafka/kafkajs/partition-writer.js';
import { connectionTo } from '../../support/kafka/clients.js';
import { linkContext } from '../../support/kafka/stand-in.js';

test('what was written ends behind the last message, also where others wrote between its batches', async (context) => {
  const bases = [100, 107, 120];
  const sizes: number[] = [];
  const ask = async (
    _: string,
    { topicData }: { topicData: readonly { partitions: readonly { messages: [] }[] }[] },
  ) => {
    sizes.push(topicData[0]!.partitions[0]!.messages.length);
    return { topics: [{ partitions: [{ errorCode: 0, baseOffset: String(bases.shift()) }] }] };
  };
  context.mock.method(Links.prototype, 'to', async () => ({ ask }) as unknown as Link);
  const directory = { leaderOf: async () => 'b:1', forgetTopic: () => undefined } as unknown as Directory;
  const connection = connectionTo([], { maxMessageBytes: 1000 });
  const writer = new PartitionWriter(connection, directory, new Links(linkContext()));
  const ids = { transactionalId: 'id', producerId: '1', producerEpoch: 0 };
  const messages = Array.from({ length: 5 }, () => ({ key: null, value: Buffer.alloc(400), headers: {} }));
  assert.equal(await writer.write(ids, 't', 0, messages), 121);
  assert.deepEqual(sizes, [2, 2, 1]);
});
