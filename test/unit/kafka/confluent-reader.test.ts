import assert from 'node:assert/strict';
import test from 'node:test';
import { ConfluentReader } from '../../../lib/kafka/confluent/reader.js';
import { contextOf, isCode, rdkafkaCodes } from '../../support/kafka/fake-context.js';
import { FakeRdkafka, rdkafkaError } from '../../support/kafka/fake-rdkafka.js';

function message(offset: number, bytes = 10) {
  return {
    topic: 't',
    partition: 0,
    offset,
    timestamp: 1,
    key: Buffer.from('k'),
    value: Buffer.alloc(bytes),
    headers: [{ a: Buffer.from('1') }, { a: Buffer.from('2') }],
  };
}

test('a reader gives out pieces of the asked size, in order, and knows the end', async () => {
  const fake = new FakeRdkafka();
  const reader = new ConfluentReader(contextOf(fake, {}, { first: 0, end: 6, stable: 6 }), 't', 0);
  fake.queue.push([[message(2), message(3), message(4)], [{ topic: 't', partition: 0, offset: 6 }]]);
  const first = await reader.fetch({ offset: 2, maxBytes: 25, maxWaitMs: 1000 });
  assert.deepEqual(
    first.messages.map(({ offset }) => offset),
    [2, 3],
  );
  assert.deepEqual([first.nextOffset, first.endOffset], [4, 6]);
  assert.deepEqual([...first.messages[0]!.headers], [['a', '2']]);
  const second = await reader.fetch({ offset: 4, maxBytes: 25, maxWaitMs: 1000 });
  // Offset 5 is the end of a transaction.
  assert.deepEqual([second.messages.length, second.nextOffset, second.endOffset], [1, 6, 6]);
  const third = await reader.fetch({ offset: 6, maxBytes: 25, maxWaitMs: 0 });
  assert.deepEqual([third.messages.length, third.nextOffset, third.endOffset], [0, 6, 6]);
  assert.equal(
    fake.names.filter((name) => name === 'assign').length,
    1,
    'it reads on, it does not begin anew',
  );
  await reader.close();
});

test('a reader that waits is woken by messages, and let go when it is closed', async () => {
  const fake = new FakeRdkafka();
  const reader = new ConfluentReader(contextOf(fake, {}, { first: 0, end: 1, stable: 1 }), 't', 0);
  const waiting = reader.fetch({ offset: 0, maxBytes: 100, maxWaitMs: 60_000 });
  while (!fake.names.includes('consume')) await new Promise((resolve) => setImmediate(resolve));
  fake.queue.push([[message(0)], []]);
  fake.wake();
  assert.equal((await waiting).messages.length, 1);
  const idle = reader.fetch({ offset: 1, maxBytes: 100, maxWaitMs: 60_000 });
  await Promise.all([assert.rejects(idle, isCode('kafka_closed')), reader.close()]);
  await assert.rejects(reader.fetch({ offset: 1, maxBytes: 1, maxWaitMs: 0 }), isCode('kafka_closed'));
});

test('an offset that is not there is lost data; one that was said of an earlier offset is not', async () => {
  const fake = new FakeRdkafka();
  const reader = new ConfluentReader(contextOf(fake, {}, { first: 5, end: 9, stable: 9 }), 't', 0);
  const at = (offset: number) => reader.fetch({ offset, maxBytes: 100, maxWaitMs: 0 });
  fake.queue.push(rdkafkaError(rdkafkaCodes.outOfRange));
  await assert.rejects(at(2), isCode('kafka_data_lost', /messages 2 to 4 were deleted/));
  await assert.rejects(at(99), isCode('kafka_data_lost', /the end is 9/));
  fake.queue.push(rdkafkaError(rdkafkaCodes.outOfRange), [[message(6)], []]);
  assert.equal((await at(6)).messages.length, 1);
  await reader.close();
});

test('a reader says when nothing comes although there is something', async () => {
  const fake = new FakeRdkafka();
  const offsets = { first: 0, end: 9, stable: 9 };
  const reader = new ConfluentReader(contextOf(fake, { requestTimeoutMs: 20 }, offsets), 't', 0);
  await assert.rejects(
    reader.fetch({ offset: 3, maxBytes: 100, maxWaitMs: 0 }),
    isCode('kafka_unreachable', /nothing came from offset 3 although the end is 9/),
  );
  await reader.close();
});

test('messages that are deleted under a reader are told though librdkafka said so to nobody', async () => {
  const fake = new FakeRdkafka();
  const offsets = { first: 0, end: 9, stable: 9 };
  const reader = new ConfluentReader(contextOf(fake, {}, offsets), 't', 0);
  fake.queue.push([[message(0)], []]);
  await reader.fetch({ offset: 0, maxBytes: 100, maxWaitMs: 0 });
  offsets.first = 5;
  const began = performance.now();
  await assert.rejects(
    reader.fetch({ offset: 1, maxBytes: 100, maxWaitMs: 0 }),
    isCode('kafka_data_lost', /messages 1 to 4 were deleted/),
  );
  assert.ok(performance.now() - began < 3000, 'long before a request is over its time');
  await reader.close();
});
