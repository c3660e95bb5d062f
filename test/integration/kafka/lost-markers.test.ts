import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { KafkaClient, TransactionalProducer, TransactionScope } from '../../../lib/kafka/client.js';
import { makeTopic, openForTest } from '../../support/kafka/clients.js';
import { type KafkaCluster, kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { message, patiently, readAll, texts, until } from '../../support/kafka/read-all.js';

const rounds = process.env.RMMSTREAM_TEST_LONG === '1' ? 20 : 4;
const clusters: KafkaCluster[] = [];
after(() => Promise.all(clusters.map((cluster) => cluster.stop())));

async function started(nodes: 1 | 3): Promise<KafkaCluster> {
  const cluster = await startKafka({ nodes });
  clusters.push(cluster);
  return cluster;
}

/** Writes the next number with its position as one, again and again until that fails. */
async function count(
  client: KafkaClient,
  { position, outputs }: Required<TransactionScope>,
  signal: { isOver: boolean },
): Promise<void> {
  const [output] = outputs;
  const producer = await patiently(() => client.producer(position.group, { position, outputs }));
  try {
    const committed = await client.admin.committed(position.group, position.topic);
    let offset = committed.get(0)?.offset ?? 0;
    for (; !signal.isOver; offset += 1)
      await producer.transaction(async (transaction) => {
        await transaction.send(output!.topic, 0, [message(String(offset))]);
        await transaction.commitOffset({ ...position, offset: offset + 1, metadata: '' });
      });
  } catch {
    // The broker is dead.
  } finally {
    await producer.close();
  }
}

test('a lone broker that dies while transactions are decided: their ends are made good once it is back', {
  skip: kafkaSkip,
}, async () => {
  const cluster = await started(1);
  const client = await openForTest(cluster.brokers, { requestTimeoutMs: 3000 });
  // Several writers, so that one of them is in the middle of its commit whenever the broker dies.
  const scopes = await Promise.all(
    Array.from({ length: 4 }, async (_, index) => {
      const topic = await makeTopic(client);
      const position = { group: `${topic}.${index}`, topic, partition: 0 };
      return { position, outputs: [{ topic, partition: 0 }] };
    }),
  );
  for (let round = 0; round < rounds; round += 1) {
    const signal = { isOver: false };
    const writers = scopes.map((scope) => count(client, scope, signal));
    await pause(500 + Math.random() * 500);
    await cluster.kill(1);
    await cluster.restart(1);
    signal.isOver = true;
    await Promise.all(writers);
  }
  for (const scope of scopes) {
    const { group, topic } = scope.position;
    const producer = await patiently(() => client.producer(group, scope));
    const position = (await patiently(() => client.admin.committed(group, topic))).get(0)?.offset ?? 0;
    assert.deepEqual(
      texts(await readAll(client, topic)),
      Array.from({ length: position }, (_, index) => String(index)),
    );
    await producer.close();
  }
});

for (const outcome of ['commit', 'abort'] as const)
  test(`a partition without a leader misses the end of a transaction; the next owner of the id writes it: ${outcome}`, {
    skip: kafkaSkip,
  }, async () => {
    const cluster = clusters.find(({ brokers }) => brokers.length === 3) ?? (await started(3));
    const client = await openForTest(cluster.brokers);
    const other = await openForTest(cluster.brokers);
    const topic = await makeTopic(client);
    const leader = async () => (await client.admin.describeTopics([topic]))[0]!.partitions[0]!.leader;
    const node = await leader();
    const scope = { outputs: [{ topic, partition: 0 }] };
    const write = (producer: TransactionalProducer, text: string) =>
      producer.transaction((transaction) => transaction.send(topic, 0, [message(text)]));
    const first = await client.producer(`${topic}.tx`, scope);
    const gone = new Error('given up');
    await first
      .transaction(async (transaction) => {
        await transaction.send(topic, 0, [message(outcome)]);
        await cluster.kill(node);
        await until('nobody leads the partition', async () => (await leader()) === -1);
        if (outcome === 'abort') throw gone;
      })
      .then(
        () => assert.fail('it is not certain that readers will see it'),
        (error: Error & { code?: string }) => {
          if (outcome === 'abort') assert.equal(error, gone);
          else assert.equal(error.code, 'kafka_unreachable');
        },
      );
    await first.close();
    await cluster.restart(node);
    // Another process, which knows nothing of what the first one did.
    const second = await patiently(() => other.producer(`${topic}.tx`, scope));
    const expected = outcome === 'commit' ? ['commit'] : [];
    assert.deepEqual(texts(await readAll(other, topic)), expected);
    await write(second, 'after');
    assert.deepEqual(texts(await readAll(other, topic)), [...expected, 'after']);
    await second.close();
  });
