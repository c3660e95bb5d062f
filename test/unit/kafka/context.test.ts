import assert from 'node:assert/strict';
import test from 'node:test';
import type { OutgoingMessage, TransactionalProducer } from '../../../lib/kafka/client.js';
import { record } from '../../../services/kafka/context.js';
import type { ProgressRecord } from '../../../services/kafka/progress-records.js';
import { RunNames } from '../../../services/kafka/topics.js';
import { fileRecord, kafkaConfig } from '../../support/service-context.js';

test('records of one transaction are sent in requests that the topic takes', async () => {
  const loaded = kafkaConfig({ kafka: { topics: { max_message_bytes: 65_536 } } });
  const sums = Array.from({ length: 200 }, (_, channel): [number, number] => [channel, 1e9 + channel]);
  const records: ProgressRecord[] = Array.from({ length: 100 }, (_, n) => fileRecord(n, 10, { sums }));
  const requests: (readonly OutgoingMessage[])[] = [];
  let transactions = 0;
  const producer: Pick<TransactionalProducer, 'transaction'> = {
    transaction: (body) => {
      transactions += 1;
      const send = async (_: string, __: number, messages: readonly OutgoingMessage[]) =>
        requests.push(messages);
      return body({ send, commitOffset: async () => {} });
    },
  };
  await record(
    { loaded, names: new RunNames('r') },
    { producer: producer as TransactionalProducer },
    records,
  );
  assert.equal(transactions, 1);
  const sizes = requests.map((messages) =>
    messages.reduce((sum, { value }) => sum + value!.length + 1_000, 0),
  );
  assert.ok(Math.max(...sizes) <= 65_536, `the largest request has ${Math.max(...sizes)} bytes`);
  const sent = requests.flat().map(({ value }) => JSON.parse(Buffer.from(value!).toString()).index);
  assert.deepEqual(sent, Array.from(records.keys()));
});
