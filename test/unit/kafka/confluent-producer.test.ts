import assert from 'node:assert/strict';
import test from 'node:test';
import type { TransactionalProducer } from '../../../lib/kafka/client.js';
import { ConfluentProducer } from '../../../lib/kafka/confluent/producer.js';
import { contextOf, isCode, rdkafkaCodes } from '../../support/kafka/fake-context.js';
import { FakeRdkafka, rdkafkaError } from '../../support/kafka/fake-rdkafka.js';

function writeTwo(producer: TransactionalProducer): Promise<number> {
  return producer.transaction(async (transaction) => {
    const end = await transaction.send('t', 3, [
      { key: 'k', value: Buffer.from('v'), headers: { a: '1' } },
      { key: null, value: Buffer.alloc(0), headers: {} },
    ]);
    await transaction.commitOffset({ group: 'g', topic: 'in', partition: 3, offset: 7, metadata: '[1]' });
    return end;
  });
}

test('a transaction of librdkafka: offset behind the last message, headers, an empty value that is not null, the text of an offset', async () => {
  const fake = new FakeRdkafka();
  const producer = await ConfluentProducer.start(contextOf(fake), 'id');
  assert.equal(await writeTwo(producer), 102);
  const produced = fake.calls.filter(([name]) => name === 'produce');
  assert.deepEqual(produced[0]!.slice(1), ['t', 3, Buffer.from('v'), 'k', [{ a: '1' }]]);
  const empty = produced[1]![3] as Buffer;
  assert.ok(empty.length === 0 && empty.buffer.byteLength > 0);
  const [, offsets] = fake.calls.find(([name]) => name === 'offsets')!;
  assert.deepEqual(offsets, [{ topic: 'in', partition: 3, offset: 7, metadata: '[1]' }]);
  assert.ok(fake.names.indexOf('begin') < fake.names.indexOf('produce'));
  assert.ok(fake.names.indexOf('commit') > fake.names.indexOf('offsets answered'));
  await producer.close();
});

test('what librdkafka has not finished in a second is asked again, until it answers or the time is over', async () => {
  const fake = new FakeRdkafka();
  const producer = await ConfluentProducer.start(contextOf(fake), 'id');
  const late = () => rdkafkaError(rdkafkaCodes.timedOut);
  fake.answers.commit = [late, () => rdkafkaError(1, { isRetriable: true })];
  await writeTwo(producer);
  const commits = fake.calls.filter(([name]) => name === 'commit');
  assert.equal(commits.length, 3);
  assert.ok(commits.every(([, timeoutMs]) => Number(timeoutMs) <= 1000));
  await producer.close();

  const hasty = new FakeRdkafka();
  hasty.answers.init = Array.from({ length: 100 }, () => late);
  await assert.rejects(
    ConfluentProducer.start(contextOf(hasty, { requestTimeoutMs: 50 }), 'id'),
    isCode('kafka_unreachable', /taking over transactional id id/),
  );
  assert.equal(hasty.names.at(-1), 'disconnect answered');
});

test('a producer that was replaced is fenced and takes no more', async () => {
  const fake = new FakeRdkafka();
  const producer = await ConfluentProducer.start(contextOf(fake), 'id');
  fake.answers.commit = [() => rdkafkaError(rdkafkaCodes.fenced, { isFatal: true, isRetriable: true })];
  await assert.rejects(writeTwo(producer), isCode('kafka_fenced'));
  await assert.rejects(writeTwo(producer), isCode('kafka_fenced'));
  assert.equal(fake.names.filter((name) => name === 'commit').length, 1);
  await producer.close();
});

test('a write that librdkafka throws away fails with the reason, which only a call to it tells', async () => {
  const fake = new FakeRdkafka();
  const producer = await ConfluentProducer.start(contextOf(fake), 'id');
  fake.deliver = () => rdkafkaError(rdkafkaCodes.purgedFromQueue);
  fake.answers.abort = [() => rdkafkaError(rdkafkaCodes.fenced, { isFatal: true })];
  await assert.rejects(writeTwo(producer), isCode('kafka_fenced', /writing to topic t, partition 3/));
  assert.equal(fake.names.filter((name) => name === 'abort').length, 1);
  await producer.close();

  const healthy = new FakeRdkafka();
  const other = await ConfluentProducer.start(contextOf(healthy), 'id');
  healthy.deliver = fake.deliver;
  await assert.rejects(writeTwo(other), isCode('kafka_request_failed', /-152/));
  // Nothing is left to abort.
  assert.equal(healthy.names.filter((name) => name === 'abort').length, 1);
  await other.close();

  const silent = new FakeRdkafka();
  const third = await ConfluentProducer.start(contextOf(silent), 'id');
  silent.deliver = fake.deliver;
  silent.answers.abort = [() => rdkafkaError(-195), () => rdkafkaError(-195)];
  await assert.rejects(writeTwo(third), isCode('kafka_request_failed', /-152/));
  await third.close();
});

test('a message that is not delivered fails its transaction, which is aborted', async () => {
  const fake = new FakeRdkafka();
  const producer = await ConfluentProducer.start(contextOf(fake), 'id');
  fake.deliver = (count) => (count === 2 ? rdkafkaError(rdkafkaCodes.messageTimedOut) : null);
  await assert.rejects(writeTwo(producer), isCode('kafka_unreachable', /writing to topic t, partition 3/));
  assert.ok(fake.names.includes('abort') && !fake.names.includes('commit'));
  await producer.close();
});

test('a producer is not taken down under a call', async () => {
  const fake = new FakeRdkafka();
  const producer = await ConfluentProducer.start(contextOf(fake), 'id');
  let answer: (late: undefined) => void = () => undefined;
  fake.answers.commit = [
    () =>
      new Promise<undefined>((resolve) => {
        answer = resolve;
      }),
  ];
  const writing = writeTwo(producer);
  while (!fake.names.includes('commit')) await new Promise((resolve) => setImmediate(resolve));
  const closing = producer.close();
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(!fake.names.includes('disconnect'));
  answer(undefined);
  await Promise.all([writing, closing]);
  assert.ok(fake.names.indexOf('disconnect') > fake.names.indexOf('commit answered'));
});

test('a message whose place nobody knows fails its transaction', async () => {
  const fake = new FakeRdkafka();
  const producer = await ConfluentProducer.start(contextOf(fake), 'id');
  fake.firstOffset = -1001;
  await assert.rejects(writeTwo(producer), isCode('kafka_unreachable', /does not know where to/));
  assert.ok(fake.names.includes('abort') && !fake.names.includes('commit'));
  await producer.close();
});

test('nothing is left of what begins while the client is closed', async () => {
  const fake = new FakeRdkafka();
  const context = { ...contextOf(fake), isClosed: () => true };
  await assert.rejects(ConfluentProducer.start(context, 'id'), isCode('kafka_closed'));
  assert.equal(fake.names.at(-1), 'disconnect answered');
  assert.ok(!fake.names.includes('init'));
  await context.groups.close();
  await assert.rejects(context.groups.of('g'), isCode('kafka_closed'));
  assert.ok(!fake.names.includes('new KafkaConsumer'));
});

test('the offset behind the last message counts what others wrote in between', async () => {
  const fake = new FakeRdkafka();
  fake.deliver = () => {
    fake.firstOffset = 150;
    return null;
  };
  const producer = await ConfluentProducer.start(contextOf(fake), 'id');
  // The first at 100, the second at 151.
  assert.equal(await writeTwo(producer), 152);
  await producer.close();
});
