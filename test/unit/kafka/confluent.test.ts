import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import type { KafkaConnection, TransactionalProducer } from '../../../lib/kafka/client.js';
import { confluentVersion, findConfluent, loadConfluent } from '../../../lib/kafka/confluent/binding.js';
import { Calls } from '../../../lib/kafka/confluent/calls.js';
import { ConfluentClient } from '../../../lib/kafka/confluent/client.js';
import { CommitGroups } from '../../../lib/kafka/confluent/commit-groups.js';
import { type ConfluentContext, ConfluentProducer } from '../../../lib/kafka/confluent/producer.js';
import { ConfluentReader } from '../../../lib/kafka/confluent/reader.js';
import { producerSettings, readerSettings } from '../../../lib/kafka/confluent/settings.js';
import type { Directory } from '../../../lib/kafka/kafkajs/directory.js';
import { Notes } from '../../../lib/kafka/notes.js';
import { inFolder } from '../../support/cli.js';
import { connectionTo } from '../../support/kafka/clients.js';
import { FakeRdkafka, rdkafkaError } from '../../support/kafka/fake-rdkafka.js';

const codes = { timedOut: -185, messageTimedOut: -192, fenced: -144, outOfRange: -140 } as const;

function isCode(code: string, pattern = /./): (error: unknown) => boolean {
  return (error) => error instanceof RmmError && error.code === code && pattern.test(error.message);
}

/** A directory whose leader answers every question about offsets with `offsets`. */
function directoryOf(offsets: { first: number; end: number; stable: number }): Directory {
  const first = -2;
  const link = {
    ask: async (
      _: string,
      ask: { isolationLevel: number; topics: { partitions: { timestamp: number }[] }[] },
    ) => {
      const isFirst = ask.topics[0]!.partitions[0]!.timestamp === first;
      const offset = isFirst ? offsets.first : ask.isolationLevel === 1 ? offsets.stable : offsets.end;
      return { responses: [{ partitions: [{ errorCode: 0, offset: String(offset) }] }] };
    },
  };
  return {
    leaderOf: async () => 'broker:1',
    to: async () => link,
    forgetTopic: () => undefined,
  } as unknown as Directory;
}

function contextOf(
  rdkafka: FakeRdkafka,
  more: Partial<KafkaConnection> = {},
  offsets = { first: 0, end: 0, stable: 0 },
): ConfluentContext {
  const connection = connectionTo(['broker:1'], { client: 'confluent', requestTimeoutMs: 5000, ...more });
  const notes = new Notes(() => undefined);
  const groups = new CommitGroups(rdkafka, connection, notes);
  return { rdkafka, connection, notes, directory: directoryOf(offsets), groups, open: new Set() };
}

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

function writeTwo(producer: TransactionalProducer): Promise<number> {
  return producer.transaction(async (transaction) => {
    const first = await transaction.send('t', 3, [
      { key: 'k', value: Buffer.from('v'), headers: { a: '1' } },
      { key: null, value: Buffer.alloc(0), headers: {} },
    ]);
    await transaction.commitOffset({ group: 'g', topic: 'in', partition: 3, offset: 7, metadata: '[1]' });
    return first;
  });
}

test('the package is looked for where it is said to be, and what is wrong with it is told with the cure', async () => {
  await inFolder(async (folder) => {
    const environment = { RMMSTREAM_CONFLUENT: folder };
    assert.equal(findConfluent(environment), undefined);
    assert.throws(
      () => loadConfluent(environment),
      isCode('kafka_client_missing', /not installed.*clients\.md/),
    );
    const inside = join(folder, '@confluentinc', 'kafka-javascript');
    mkdirSync(inside, { recursive: true });
    writeFileSync(join(inside, 'package.json'), '{"version":"9.8.7","main":"index.js"}');
    writeFileSync(join(inside, 'index.js'), 'throw new Error("Could not locate the bindings file");');
    assert.equal(findConfluent(environment), inside);
    assert.throws(
      () => loadConfluent(environment),
      isCode('kafka_client_missing', /does not load.*Could not locate the bindings file; .*clients\.md/),
    );
    writeFileSync(join(inside, 'index.js'), 'exports.librdkafkaVersion = "2.0.0";');
    assert.equal(confluentVersion(environment), '9.8.7 (librdkafka 2.0.0)');
  });
});

test('a librdkafka without the compression that is asked for is refused', () => {
  const connection = connectionTo(['broker:1'], { client: 'confluent', compression: 'zstd' });
  assert.throws(
    () => new ConfluentClient(new FakeRdkafka(), connection),
    isCode('kafka_client_missing', /zstd/),
  );
});

test('connections are encrypted and logged in as the configuration says', () => {
  const tls = { ca: 'CA', cert: undefined, key: undefined };
  const sasl = { mechanism: 'scram-sha-512', username: 'u', password: 'p' } as const;
  const of = (more: Partial<KafkaConnection>) => producerSettings(connectionTo(['a:1', 'b:2'], more), 'id');
  assert.equal(of({})['security.protocol'], 'plaintext');
  assert.equal(of({})['metadata.broker.list'], 'a:1,b:2');
  assert.equal(of({ tls })['security.protocol'], 'ssl');
  assert.equal(of({ sasl })['security.protocol'], 'sasl_plaintext');
  const both = of({ tls, sasl });
  assert.equal(both['security.protocol'], 'sasl_ssl');
  assert.equal(both['sasl.mechanisms'], 'SCRAM-SHA-512');
  assert.equal(both['ssl.ca.pem'], 'CA');
  assert.ok(!('ssl.key.pem' in both));
  // librdkafka refuses a message that may wait longer than its transaction.
  const hasty = of({ requestTimeoutMs: 30_000, transactionTimeoutMs: 1000 });
  assert.equal(hasty['message.timeout.ms'], 1000);
});

test('what a reader holds follows from what is asked for', () => {
  const fetch = { offset: 0, maxBytes: 16 << 20, maxWaitMs: 100 };
  const settings = readerSettings(connectionTo(['a:1']), fetch, () => undefined);
  const queueBytes = 1024 * Number(settings['queued.max.messages.kbytes']);
  assert.ok(queueBytes + Number(settings['fetch.message.max.bytes']) <= fetch.maxBytes);
  assert.equal(settings['isolation.level'], 'read_committed');
});

test('a transaction of librdkafka: first offset, headers, an empty value that is not null, the text of an offset', async () => {
  const fake = new FakeRdkafka();
  const producer = await ConfluentProducer.start(contextOf(fake), 'id');
  assert.equal(await writeTwo(producer), 100);
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
  const late = () => rdkafkaError(codes.timedOut);
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
  fake.answers.commit = [() => rdkafkaError(codes.fenced, { isFatal: true, isRetriable: true })];
  await assert.rejects(writeTwo(producer), isCode('kafka_fenced'));
  await assert.rejects(writeTwo(producer), isCode('kafka_fenced'));
  assert.equal(fake.names.filter((name) => name === 'commit').length, 1);
  await producer.close();
});

test('a message that is not delivered fails its transaction, which is aborted', async () => {
  const fake = new FakeRdkafka();
  const producer = await ConfluentProducer.start(contextOf(fake), 'id');
  fake.deliver = (count) => (count === 2 ? rdkafkaError(codes.messageTimedOut) : null);
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

test('a call that librdkafka does not come back from is given up, and nothing is taken down under it', async () => {
  const calls = new Calls(10);
  let comeBack: () => void = () => undefined;
  const stuck = calls.make('committing', { patienceMs: 10, callMs: 10 }, (_, done) => {
    comeBack = () => done(null);
  });
  await assert.rejects(stuck, isCode('kafka_unreachable', /committing: librdkafka did not come back/));
  await calls.make('aborting', { patienceMs: 10, callMs: 10 }, (_, done) => done(null));
  let isDown = false;
  const closing = calls.close({
    disconnect: (done) => {
      isDown = true;
      done(null);
    },
  });
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(!isDown);
  comeBack();
  await closing;
  assert.ok(isDown);
});

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
  fake.queue.push(rdkafkaError(codes.outOfRange));
  await assert.rejects(at(2), isCode('kafka_data_lost', /messages 2 to 4 were deleted/));
  await assert.rejects(at(99), isCode('kafka_data_lost', /the end is 9/));
  fake.queue.push(rdkafkaError(codes.outOfRange), [[message(6)], []]);
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
