import assert from 'node:assert/strict';
import test, { after } from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { clientNames, makeTopic, openForTest } from '../../support/kafka/clients.js';
import { kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { message, readAll, texts, until } from '../../support/kafka/read-all.js';

const cluster = kafkaSkip === false ? await startKafka() : undefined;
after(() => cluster?.stop());

for (const name of clientNames) {
  const client = cluster === undefined ? undefined! : await openForTest(cluster.brokers, { client: name });
  const options = { skip: kafkaSkip };

  test(
    `${name}: a transaction writes to several partitions and commits an offset with its text`,
    options,
    async () => {
      const topic = await makeTopic(client, { partitions: 2 });
      const producer = await client.producer(`${topic}.tx`);
      const ends = await producer.transaction(async (transaction) => {
        const first = await transaction.send(topic, 0, [
          message('a', 'key', { n: '1', text: 'λ' }),
          message('b'),
        ]);
        const second = await transaction.send(topic, 0, [message('c')]);
        const other = await transaction.send(topic, 1, [{ key: 'gone', value: null, headers: {} }]);
        await transaction.commitOffset({ group: topic, topic, partition: 0, offset: 7, metadata: '{"n":1}' });
        return [first, second, other];
      });
      assert.deepEqual(ends, [2, 3, 1]);
      const messages = await readAll(client, topic);
      assert.deepEqual(texts(messages), ['a', 'b', 'c']);
      assert.deepEqual(
        messages.map(({ offset }) => offset),
        [0, 1, 2],
      );
      assert.equal(messages[0]!.key, 'key');
      assert.deepEqual(
        [...messages[0]!.headers],
        [
          ['n', '1'],
          ['text', 'λ'],
        ],
      );
      assert.equal(messages[1]!.key, null);
      const [deletion] = await readAll(client, topic, 1);
      assert.deepEqual([deletion!.key, deletion!.value], ['gone', null]);
      const committed = await client.admin.committed(topic, topic);
      assert.deepEqual([...committed], [[0, { offset: 7, metadata: '{"n":1}' }]]);

      // The record of the commit takes offset 3.
      const later = await producer.transaction((transaction) => transaction.send(topic, 0, [message('d')]));
      assert.equal(later, 5);
      await producer.close();
    },
  );

  test(`${name}: what a body throws aborts its transaction, and the producer goes on`, options, async () => {
    const topic = await makeTopic(client);
    const producer = await client.producer(`${topic}.tx`);
    const attempt = producer.transaction(async (transaction) => {
      await transaction.send(topic, 0, [message('lost')]);
      await transaction.commitOffset({ group: topic, topic, partition: 0, offset: 1, metadata: '' });
      throw new Error('disk full');
    });
    await assert.rejects(attempt, /disk full/);
    await producer.transaction((transaction) => transaction.send(topic, 0, [message('kept')]));
    assert.deepEqual(texts(await readAll(client, topic)), ['kept']);
    assert.deepEqual([...(await client.admin.committed(topic, topic))], []);
    await producer.close();
  });

  test(`${name}: a transaction that lasts too long is aborted by the brokers and told`, options, async () => {
    const hasty = await openForTest(cluster!.brokers, { client: name, transactionTimeoutMs: 1000 });
    const topic = await makeTopic(client);
    const producer = await hasty.producer(`${topic}.tx`);
    const attempt = producer.transaction(async (transaction) => {
      await transaction.send(topic, 0, [message('late')]);
      // The marker of the abort stands behind the message.
      await until('the transaction is aborted', async () => {
        const reader = client.reader(topic, 0);
        const { endOffset } = await reader.fetch({ offset: 0, maxBytes: 1000, maxWaitMs: 0 });
        await reader.close();
        return endOffset === 2;
      });
    });
    await assert.rejects(attempt, (error) => error instanceof RmmError && error.spec.retry === true);
    assert.deepEqual(texts(await readAll(client, topic)), []);
    const next = await hasty.producer(`${topic}.tx`);
    await next.transaction((transaction) => transaction.send(topic, 0, [message('in time')]));
    assert.deepEqual(texts(await readAll(client, topic)), ['in time']);
    await Promise.all([producer.close(), next.close()]);
  });

  test(
    `${name}: messages of 4 MB and empty ones pass; too large ones are refused here and by the broker`,
    options,
    async () => {
      const topic = await makeTopic(client);
      const small = await makeTopic(client, { settings: { 'max.message.bytes': '100000' } });
      const producer = await client.producer(`${topic}.tx`);
      const large = Buffer.alloc(4_000_000, 'events ');
      await producer.transaction(async (transaction) => {
        assert.equal(
          await transaction.send(topic, 0, [{ key: null, value: large, headers: {} }, message('')]),
          2,
        );
      });
      const [first, second] = await readAll(client, topic);
      assert.ok(large.equals(first!.value!));
      assert.equal(second!.value!.length, 0);

      const isTooLarge = (error: unknown) =>
        error instanceof RmmError && error.code === 'kafka_message_too_large' && /topic-/.test(error.message);
      const tooLarge = { key: 'big', value: Buffer.alloc(17_000_000), headers: {} };
      // Found before anything is sent: the transaction can go on with another message in its place.
      await producer.transaction(async (transaction) => {
        await assert.rejects(transaction.send(topic, 0, [tooLarge]), isTooLarge);
        await transaction.send(topic, 0, [message('instead')]);
      });
      const attempt = producer.transaction((transaction) =>
        transaction.send(small, 0, [message('x'.repeat(200_000))]),
      );
      await assert.rejects(attempt, isTooLarge);
      await producer.close();
      assert.equal((await readAll(client, topic)).length, 3);
      assert.equal((await readAll(client, small)).length, 0);
    },
  );

  test(`${name}: a failure that the body swallows fails the transaction all the same`, options, async () => {
    const topic = await makeTopic(client);
    const small = await makeTopic(client, { settings: { 'max.message.bytes': '1000' } });
    const producer = await client.producer(`${topic}.tx`);
    const attempt = producer.transaction(async (transaction) => {
      await transaction.send(topic, 0, [message('half')]);
      await transaction.send(small, 0, [message('x'.repeat(2000))]).catch(() => undefined);
    });
    await assert.rejects(
      attempt,
      (error) => error instanceof RmmError && error.code === 'kafka_message_too_large',
    );
    assert.deepEqual(texts(await readAll(client, topic)), []);
    await producer.close();
  });

  test(`${name}: a missing topic and a text that is too long for an offset are named`, options, async () => {
    const topic = await makeTopic(client);
    const producer = await client.producer(`${topic}.tx`);
    const missing = producer.transaction((transaction) =>
      transaction.send('no-such-topic', 0, [message('x')]),
    );
    await assert.rejects(
      missing,
      (error) => error instanceof RmmError && error.code === 'kafka_topic_missing',
    );
    await producer.close();
    const next = await client.producer(`${topic}.tx`);
    const long = { group: topic, topic, partition: 0, offset: 1, metadata: 'x'.repeat(5000) };
    await assert.rejects(
      next.transaction((transaction) => transaction.commitOffset(long)),
      (error) => error instanceof RmmError && /offset\.metadata\.max\.bytes/.test(error.message),
    );
    await next.close();
  });

  test(`${name}: steps that are not waited for keep their order`, options, async () => {
    const topic = await makeTopic(client);
    const producer = await client.producer(`${topic}.tx`);
    const all = Array.from({ length: 50 }, (_, index) => String(index));
    await producer.transaction(async (transaction) => {
      for (const text of all.slice(0, 49)) void transaction.send(topic, 0, [message(text)]);
      await transaction.send(topic, 0, [message('49')]);
    });
    assert.deepEqual(texts(await readAll(client, topic)), all);
    await producer.close();
  });
}
