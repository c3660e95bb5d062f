import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import test, { after } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { RmmError } from '../../../lib/base/error.js';
import type { KafkaClient } from '../../../lib/kafka/client.js';
import { clientNames, makeTopic, openForTest } from '../../support/kafka/clients.js';
import { type KafkaCluster, kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { isShared, joinWatched } from '../../support/kafka/members.js';
import { message, patiently, texts, until } from '../../support/kafka/read-all.js';

const isLong = process.env.RMMSTREAM_TEST_LONG !== undefined;
const cluster = kafkaSkip === false ? await startKafka({ nodes: 3 }) : undefined;
after(() => cluster?.stop());

/** Writes 0, 1, 2, ... with the position in the same transaction, as a service does; begins anew after a failure. */
async function count(
  client: KafkaClient,
  topic: string,
  progress: { written: number },
  isOver: () => boolean,
): Promise<number> {
  for (let position = 0; ; ) {
    const producer = await patiently(() => client.producer(`${topic}.tx`));
    try {
      position = (await patiently(() => client.admin.committed(topic, topic))).get(0)?.offset ?? 0;
      if (isOver()) return position;
      while (!isOver()) {
        await producer.transaction(async (transaction) => {
          await transaction.send(topic, 0, [message(String(position)), message(String(position + 1))]);
          await transaction.commitOffset({
            group: topic,
            topic,
            partition: 0,
            offset: position + 2,
            metadata: '',
          });
        });
        position += 2;
        progress.written = position;
      }
    } catch (error) {
      if (!(error instanceof RmmError) || error.spec.retry !== true) throw error;
    } finally {
      await producer.close();
    }
  }
}

/** Reads what comes until the writer is done and its last message is here. */
async function follow(client: KafkaClient, topic: string, total: Promise<number>): Promise<string[]> {
  const reader = client.reader(topic, 0);
  const seen: string[] = [];
  let wanted = Number.POSITIVE_INFINITY;
  const known = total.then((count) => {
    wanted = count;
  });
  let next = 0;
  while (seen.length < wanted) {
    const fetched = await patiently(() => reader.fetch({ offset: next, maxBytes: 100_000, maxWaitMs: 200 }));
    seen.push(...texts(fetched.messages));
    next = fetched.nextOffset;
  }
  await known;
  await reader.close();
  return seen;
}

async function killSome(
  client: KafkaClient,
  kafka: KafkaCluster,
  topic: string,
  progress: { readonly written: number },
  kills: number,
): Promise<void> {
  for (let kill = 0; kill < kills; kill += 1) {
    await pause(500);
    const [described] = await patiently(() => client.admin.describeTopics([topic]));
    // The leader first; then any, among them coordinators of the group and of the transactions.
    const node = kill === 0 ? described!.partitions[0]!.leader : randomInt(1, 4);
    await kafka.kill(node);
    await pause(randomInt(0, 3000));
    await kafka.restart(node);
    const before = progress.written;
    await until('the writer goes on', () => progress.written > before);
    await until('all are in sync again', async () => {
      const [now] = await patiently(() => client.admin.describeTopics([topic]));
      return now!.partitions[0]!.inSync.length === 3;
    });
  }
}

for (const name of clientNames) {
  test(`${name}: brokers are killed under writers and readers: nothing lost, nothing doubled`, {
    skip: kafkaSkip,
  }, async () => {
    const client = await openForTest(cluster!.brokers, { client: name, requestTimeoutMs: 5000 });
    const topic = await makeTopic(client, {
      partitions: 2,
      replication: 3,
      settings: { 'min.insync.replicas': '2' },
    });
    const member = joinWatched(client, topic, topic);
    let isOver = false;
    const progress = { written: 0 };
    const total = count(client, topic, progress, () => isOver);
    const following = follow(client, topic, total);
    try {
      await killSome(client, cluster!, topic, progress, isLong ? 20 : 3);
    } finally {
      // Also where it fails: otherwise the writer goes on for ever, and the failure is never told.
      isOver = true;
    }
    const written = await total;
    assert.deepEqual(
      await following,
      Array.from({ length: written }, (_, index) => String(index)),
    );
    await until('the member is in', () => member.states.at(-1) === 'joined' && isShared([member], 2));
    await member.member.leave();
  });

  test(`${name}: a broker that hangs is told within the time of a request, and another takes over`, {
    skip: kafkaSkip,
  }, async () => {
    const client = await openForTest(cluster!.brokers, { client: name, requestTimeoutMs: 3000 });
    const topic = await makeTopic(client, { replication: 3, settings: { 'min.insync.replicas': '2' } });
    const leader = (await client.admin.describeTopics([topic]))[0]!.partitions[0]!.leader;
    const reader = client.reader(topic, 0);
    const fetch = () => reader.fetch({ offset: 0, maxBytes: 1000, maxWaitMs: 100 });
    await fetch();
    await cluster!.freeze(leader, true);
    try {
      await assert.rejects(
        fetch(),
        (error) => error instanceof RmmError && error.code === 'kafka_unreachable',
      );
      // Its followers notice too, and one of them leads.
      await patiently(fetch);
    } finally {
      await cluster!.freeze(leader, false);
      await reader.close();
    }
  });
}
