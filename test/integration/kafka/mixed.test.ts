import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { clientNames, makeTopic, openForTest } from '../../support/kafka/clients.js';
import { kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { isShared, joinWatched } from '../../support/kafka/members.js';
import { message, readAll, texts, until } from '../../support/kafka/read-all.js';

const pairs = clientNames.flatMap((first) =>
  clientNames.filter((second) => second !== first).map((second) => [first, second] as const),
);
const cluster = kafkaSkip === false && pairs.length > 0 ? await startKafka() : undefined;
after(() => cluster?.stop());

for (const [first, second] of pairs) {
  test(`${second} takes over from ${first}: the open transaction is gone, its owner is fenced`, {
    skip: kafkaSkip,
  }, async () => {
    const [before, next] = await Promise.all([
      openForTest(cluster!.brokers, { client: first }),
      openForTest(cluster!.brokers, { client: second }),
    ]);
    const topic = await makeTopic(before);
    const position = { group: topic, topic, partition: 0 };
    const owner = await before.producer(`${topic}.tx`);
    await owner.transaction(async (transaction) => {
      await transaction.send(topic, 0, [message('settled')]);
      await transaction.commitOffset({ ...position, offset: 1, metadata: 'first' });
    });
    const zombie = owner.transaction(async (transaction) => {
      await transaction.send(topic, 0, [message('lost')]);
      await transaction.commitOffset({ ...position, offset: 2, metadata: 'lost' });
      const successor = await next.producer(`${topic}.tx`);
      assert.deepEqual(
        await next.admin.committed(topic, topic),
        new Map([[0, { offset: 1, metadata: 'first' }]]),
      );
      await successor.transaction((its) => its.send(topic, 0, [message('after')]));
      await successor.close();
    });
    await assert.rejects(zombie, (error) => error instanceof RmmError && error.code === 'kafka_fenced');
    await owner.close();
    for (const client of [before, next])
      assert.deepEqual(texts(await readAll(client, topic)), ['settled', 'after']);
  });

  test(`${first} and ${second} share one group`, { skip: kafkaSkip }, async () => {
    const clients = await Promise.all(
      [first, second].map((client) => openForTest(cluster!.brokers, { client })),
    );
    const topic = await makeTopic(clients[0]!, { partitions: 4 });
    const members = clients.map((client) => joinWatched(client, topic, topic));
    await until('both have partitions', () => isShared(members, 4));
    for (const { member } of members) await member.leave();
  });
}
