import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { RmmError } from '../../../lib/base/error.js';
import type { KafkaClient } from '../../../lib/kafka/client.js';
import { clientNames, makeTopic, openForTest } from '../../support/kafka/clients.js';
import { kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { message, readAll, settled, texts, until } from '../../support/kafka/read-all.js';

const cluster = kafkaSkip === false ? await startKafka() : undefined;
after(() => cluster?.stop());

function isCode(code: string, pattern = /./): (error: unknown) => boolean {
  return (error) => error instanceof RmmError && error.code === code && pattern.test(error.message);
}

async function write(client: KafkaClient, topic: string, values: readonly string[]): Promise<void> {
  const producer = await client.producer(`${topic}.tx`);
  for (const value of values)
    await producer.transaction((transaction) => transaction.send(topic, 0, [message(value, value[0])]));
  await producer.close();
  await settled(client, topic);
}

/** Kafka's own way to let messages go before their time. */
async function deleteBefore(topic: string, offset: number): Promise<void> {
  const file = join(cluster!.nodeFolder(1), 'delete.json');
  await writeFile(file, JSON.stringify({ version: 1, partitions: [{ topic, partition: 0, offset }] }));
  const args = ['--bootstrap-server', cluster!.brokers[0]!, '--offset-json-file', file];
  const result = await cluster!.java('org.apache.kafka.tools.DeleteRecordsCommand', args);
  assert.equal(result.code, 0, result.stderr);
}

for (const name of clientNames) {
  const client = cluster === undefined ? undefined! : await openForTest(cluster.brokers, { client: name });
  const options = { skip: kafkaSkip };

  test(
    `${name}: a reader says that messages are lost, before the first and behind the end`,
    options,
    async () => {
      const topic = await makeTopic(client);
      await write(client, topic, ['a', 'b', 'c']);
      await deleteBefore(topic, 2);
      const reader = client.reader(topic, 0);
      const at = (offset: number) => reader.fetch({ offset, maxBytes: 100_000, maxWaitMs: 0 });
      await assert.rejects(at(0), isCode('kafka_data_lost', /messages 0 to 1 were deleted/));
      await assert.rejects(at(99), isCode('kafka_data_lost', /the end is 6/));
      // The same reader goes on where there is something.
      assert.deepEqual(texts((await at(2)).messages), ['b', 'c']);
      assert.deepEqual((await client.admin.offsets(topic))[0], { partition: 0, first: 2, end: 6, stable: 6 });
      await reader.close();
    },
  );

  test(`${name}: a reader starts within a batch and stops where it is asked to`, options, async () => {
    const topic = await makeTopic(client);
    const producer = await client.producer(`${topic}.tx`);
    const values = Array.from({ length: 20 }, (_, index) => String(index));
    await producer.transaction((transaction) =>
      transaction.send(
        topic,
        0,
        values.map((value) => message(value)),
      ),
    );
    await producer.close();
    await settled(client, topic);
    const reader = client.reader(topic, 0);
    const fetched = await reader.fetch({ offset: 13, maxBytes: 1000, maxWaitMs: 0 });
    assert.deepEqual(texts(fetched.messages), values.slice(13));
    assert.ok(fetched.messages.every(({ timestampMs }) => Math.abs(timestampMs - Date.now()) < 60_000));
    assert.equal(fetched.endOffset, 21);
    const end = await reader.fetch({ offset: 20, maxBytes: 1000, maxWaitMs: 0 });
    assert.deepEqual([end.messages.length, end.nextOffset, end.endOffset], [0, 21, 21]);
    await reader.close();
  });

  test(`${name}: many large messages come in pieces of the asked size`, options, async () => {
    const topic = await makeTopic(client);
    const producer = await client.producer(`${topic}.tx`);
    const values = Array.from({ length: 8 }, (_, index) => Buffer.alloc(500_000, index));
    await producer.transaction((transaction) =>
      transaction.send(
        topic,
        0,
        values.map((value) => ({ key: null, value, headers: {} })),
      ),
    );
    await producer.close();
    const reader = client.reader(topic, 0);
    const sizes: number[] = [];
    for (let offset = 0; offset < 9; ) {
      const { messages, nextOffset } = await reader.fetch({ offset, maxBytes: 1_100_000, maxWaitMs: 0 });
      sizes.push(messages.length);
      for (const { offset: at, value } of messages) assert.ok(values[at]!.equals(value!));
      offset = nextOffset;
    }
    assert.ok(Math.max(...sizes) <= 2, sizes.join(' '));
    await reader.close();
  });

  test(`${name}: several aborted transactions at once, read from within`, options, async () => {
    const topic = await makeTopic(client);
    const ids = ['a', 'b', 'c', 'd'];
    const producers = await Promise.all(ids.map((id) => client.producer(`${topic}.${id}`)));
    // All four are open at the same time; a and c commit, b and d abort.
    let begun = 0;
    const outcomes = producers.map((producer, index) =>
      producer
        .transaction(async (transaction) => {
          await transaction.send(topic, 0, [message(`${ids[index]}1`)]);
          begun += 1;
          await until('all have begun', () => begun === producers.length);
          await transaction.send(topic, 0, [message(`${ids[index]}2`)]);
          if (index % 2 === 1) throw new Error('aborted');
        })
        .catch(() => undefined),
    );
    await Promise.all(outcomes);
    const all = await readAll(client, topic);
    assert.deepEqual(texts(all).sort(), ['a1', 'a2', 'c1', 'c2']);
    const end = (await client.admin.offsets(topic))[0]!.end;
    for (let offset = 0; offset < end; offset += 1) {
      const expected = all.filter((one) => one.offset >= offset).map((one) => one.offset);
      const seen = (await readAll(client, topic, 0, offset)).map((one) => one.offset);
      assert.deepEqual(seen, expected, `from offset ${offset}`);
    }
    await Promise.all(producers.map((producer) => producer.close()));
  });

  test(`${name}: a compacted topic is read to its end, whatever is left of it`, options, async () => {
    const topic = await makeTopic(client, {
      settings: {
        'cleanup.policy': 'compact',
        'segment.ms': '100',
        'min.cleanable.dirty.ratio': '0.001',
        'delete.retention.ms': '0',
        'min.compaction.lag.ms': '0',
        'max.compaction.lag.ms': '200',
      },
    });
    // The last segment is never compacted; a write after segment.ms begins a new one.
    for (const values of [['k1', 'k2', 'l1'], ['k3', 'l2'], ['k4'], ['m1']]) {
      await write(client, topic, values);
      await pause(150);
    }
    let left: string[] = [];
    await until('it is compacted', async () => {
      left = texts(await readAll(client, topic));
      return left.length === 3;
    });
    assert.deepEqual(left, ['l2', 'k4', 'm1']);
    for (let offset = 0; offset <= 14; offset += 1) {
      const seen = texts(await readAll(client, topic, 0, offset));
      assert.ok(
        seen.every((value) => left.includes(value)),
        `from offset ${offset}`,
      );
    }
  });

  test(
    `${name}: a reader that waits gets what is written meanwhile, and is let go when it is closed`,
    options,
    async () => {
      const topic = await makeTopic(client);
      const reader = client.reader(topic, 0);
      const waiting = reader.fetch({ offset: 0, maxBytes: 100_000, maxWaitMs: 20_000 });
      await write(client, topic, ['now']);
      const { messages, nextOffset } = await waiting;
      assert.deepEqual(texts(messages), ['now']);
      const idle = reader.fetch({ offset: nextOffset, maxBytes: 100_000, maxWaitMs: 20_000 });
      // Behind the commit there is at most its own record; then the reader waits.
      const settled = idle.then((fetched) =>
        reader.fetch({ offset: fetched.nextOffset, maxBytes: 100_000, maxWaitMs: 20_000 }),
      );
      setTimeout(() => void reader.close(), 200);
      await assert.rejects(settled, isCode('kafka_closed'));
    },
  );

  test(`${name}: a topic or partition that does not exist is named`, options, async () => {
    const topic = await makeTopic(client);
    const fetch = { offset: 0, maxBytes: 1000, maxWaitMs: 0 };
    await assert.rejects(
      client.reader('no-topic', 0).fetch(fetch),
      isCode('kafka_topic_missing', /no-topic/),
    );
    await assert.rejects(client.reader(topic, 5).fetch(fetch), isCode('kafka_topic_missing', /partition 5/));
  });
}
