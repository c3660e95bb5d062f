import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { clientNames, makeTopic, openForTest } from '../../support/kafka/clients.js';
import { kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { message, readAll, settled, texts } from '../../support/kafka/read-all.js';

const cluster = kafkaSkip === false ? await startKafka() : undefined;
after(() => cluster?.stop());

/** What a producer gets whose transactional id another one has taken over. */
function isFenced(error: unknown): boolean {
  return error instanceof RmmError && error.code === 'kafka_fenced';
}

for (const name of clientNames) {
  const client = cluster === undefined ? undefined! : await openForTest(cluster.brokers, { client: name });
  const options = { skip: kafkaSkip };

  test(
    `${name}: nothing of an open transaction is seen; its successor aborts it and fences it`,
    options,
    async () => {
      const topic = await makeTopic(client);
      const id = `${topic}.tx`;
      const first = await client.producer(id);
      await first.transaction(async (transaction) => {
        await transaction.send(topic, 0, [message('one')]);
        await transaction.commitOffset({ group: topic, topic, partition: 0, offset: 1, metadata: 'one' });
      });
      await settled(client, topic);
      let takeOver: Promise<unknown> = Promise.resolve();
      const zombie = first.transaction(async (transaction) => {
        await transaction.send(topic, 0, [message('zombie')]);
        await transaction.commitOffset({ group: topic, topic, partition: 0, offset: 2, metadata: 'zombie' });
        const reader = client.reader(topic, 0);
        const seen = await reader.fetch({ offset: 0, maxBytes: 1_000_000, maxWaitMs: 0 });
        assert.deepEqual([texts(seen.messages), seen.endOffset], [['one'], 2]);
        await reader.close();

        takeOver = (async () => {
          const second = await client.producer(id);
          // The zombie's transaction is settled once the successor is there.
          assert.deepEqual(
            await client.admin.committed(topic, topic),
            new Map([[0, { offset: 1, metadata: 'one' }]]),
          );
          await second.transaction(async (successor) => {
            await successor.send(topic, 0, [message('two')]);
            await successor.commitOffset({ group: topic, topic, partition: 0, offset: 2, metadata: 'two' });
          });
          await second.close();
        })();
        await takeOver;
        await transaction.send(topic, 0, [message('zombie again')]);
      });
      await assert.rejects(zombie, isFenced);
      await takeOver;
      const idle = first.transaction((transaction) => transaction.send(topic, 0, [message('zombie still')]));
      await assert.rejects(idle, isFenced);
      assert.deepEqual(texts(await readAll(client, topic)), ['one', 'two']);
      assert.deepEqual((await client.admin.committed(topic, topic)).get(0), { offset: 2, metadata: 'two' });
      await first.close();
    },
  );

  test(
    `${name}: a producer that was replaced is fenced at its next write, idle or not`,
    options,
    async () => {
      const topic = await makeTopic(client, { partitions: 2 });
      const idle = await client.producer(`${topic}.tx`);
      const busy = await client.producer(`${topic}.tx`);
      const attempt = idle.transaction((transaction) =>
        transaction.send(topic, 0, [message('zombie'), message('zombie too')]),
      );
      await assert.rejects(attempt, isFenced);
      let last = busy;
      const another = busy.transaction(async (transaction) => {
        await transaction.send(topic, 0, [message('zombie')]);
        last = await client.producer(`${topic}.tx`);
        await transaction.send(topic, 1, [message('zombie on another partition')]);
      });
      await assert.rejects(another, isFenced);
      assert.deepEqual(texts(await readAll(client, topic)), []);
      await Promise.all([idle.close(), busy.close(), last.close()]);
    },
  );

  test(
    `${name}: a producer that was replaced while idle is fenced at its next commit of an offset alone`,
    options,
    async () => {
      const topic = await makeTopic(client);
      const first = await client.producer(`${topic}.tx`);
      const second = await client.producer(`${topic}.tx`);
      const attempt = first.transaction((transaction) =>
        transaction.commitOffset({ group: topic, topic, partition: 0, offset: 5, metadata: '' }),
      );
      await assert.rejects(attempt, isFenced);
      assert.equal((await client.admin.committed(topic, topic)).size, 0);
      await Promise.all([first.close(), second.close()]);
    },
  );
}
