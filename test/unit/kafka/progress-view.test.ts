import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { ProgressView } from '../../../services/kafka/progress-view.js';
import { FakeKafka } from '../../sim/support/fake-kafka.js';
import { FakeClock } from '../../support/fake-clock.js';
import {
  clusterOf,
  fileRecord,
  kafkaConfig,
  leaveOpen,
  openContext,
  put,
  putRecords,
  runRecord,
  settled,
  soon,
} from '../../support/service-context.js';

const loaded = kafkaConfig();
const run = runRecord(loaded);
const never = new AbortController().signal;

test('catching up waits for everything that is in the log, control records and foreign messages included', async () => {
  const cluster = clusterOf(loaded);
  const context = openContext(cluster, loaded);
  await putRecords(cluster, context, [run, fileRecord(0, 10)]);
  await put(cluster, context.names.topic('progress'), 0, [
    { key: null, value: Buffer.from('?'), headers: {} },
  ]);
  await context.view.catchUp(never);
  assert.equal(context.view.state.files.length, 1);
  assert.equal(context.view.unreadable, 1);
  assert.equal(context.view.position, 5);
  await context.close();
});

test('who starts does not wait for a transaction that a dead copy left open; who takes over does', async () => {
  const cluster = clusterOf(loaded);
  const context = openContext(cluster, loaded);
  const { view } = context;
  await putRecords(cluster, context, [run, fileRecord(0, 10)]);
  await leaveOpen(cluster, context.names.topic('progress'), 'dead');
  await putRecords(cluster, context, [fileRecord(1, 10)]);
  const { stable, end } = (await context.client.admin.offsets(context.names.topic('progress')))[0]!;
  assert.ok(stable < end);
  assert.equal(await view.catchUpSettled(never), end);
  assert.equal(view.state.files.length, 1);
  let isCaughtUp = false;
  const caughtUp = view.catchUp(never).then(() => {
    isCaughtUp = true;
  });
  await cluster.changed(20);
  assert.ok(!isCaughtUp);
  await context.client.producer('dead');
  await caughtUp;
  assert.equal(view.state.files.length, 2);
  await context.close();
});

test('whoever waits hears of the record that it waits for, or of the end of its patience', async () => {
  const cluster = clusterOf(loaded);
  const context = openContext(cluster, loaded);
  const { view } = context;
  const found = view.until((state) => state.scaler?.id, never);
  // A bounded run has its scaler once all moments have ended.
  await putRecords(cluster, context, [{ ...run, mode: 'continuous' }]);
  await putRecords(cluster, context, [
    { type: 'scaler', id: 'abc', rows_by_split: [0, 0, 0, 0], from: 0, frozen_ms: 0 },
  ]);
  assert.equal(await found, 'abc');
  const stop = new AbortController();
  const waiting = view.until((state) => state.planned, stop.signal);
  stop.abort();
  assert.equal(await waiting, undefined);
  assert.equal(await view.until((state) => state.planned, stop.signal), undefined);
  await context.close();
});

test('waits that end without a record leave nothing behind', async () => {
  const clock = new FakeClock();
  const view = new ProgressView({ client: new FakeKafka().client('a'), topic: 'x', pause: soon, clock });
  for (let round = 0; round < 100; round += 1) {
    const stop = new AbortController();
    const ended = [view.changed(stop.signal), view.changed(stop.signal, 1000), view.changed(never, 10)];
    await clock.advance(10);
    stop.abort();
    await Promise.all(ended);
  }
  assert.equal(view.waiting, 0);
  assert.equal(clock.pending, 0);
  const stopped = new AbortController();
  stopped.abort();
  await view.changed(stopped.signal, 1000);
  assert.equal(view.waiting + clock.pending, 0);
});

test('a log that cannot be read is tried again, said once, and said to be well again', async () => {
  let failures = 3;
  const cluster = clusterOf(
    loaded,
    new FakeKafka(async (client, operation) => {
      if (client === 'ours' && operation === 'fetch' && failures-- > 0)
        throw new RmmError('kafka_unreachable', 'nobody is there');
    }),
  );
  const heard: (string | undefined)[] = [];
  const attempts: number[] = [];
  const errors: string[] = [];
  const view = new ProgressView({
    client: cluster.client('ours'),
    topic: 'rmmstream.progress',
    pause: async (attempt) => {
      attempts.push(attempt);
      await soon();
    },
    onTrouble: (error) => heard.push(error?.code),
    onError: ({ code }) => errors.push(code),
  });
  const stop = new AbortController();
  const following = view.follow(stop.signal);
  await put(cluster, 'rmmstream.progress', 0, []);
  await settled(() => heard.length === 2);
  assert.deepEqual(heard, ['kafka_unreachable', undefined]);
  assert.deepEqual(attempts, [1, 2, 3]);
  assert.equal(errors.length, 3);
  stop.abort();
  await following;
});

test('what no retry mends reaches everybody who waits, and everybody who comes later', async () => {
  let broken = false;
  const cluster = clusterOf(
    loaded,
    new FakeKafka(async (client, operation) => {
      if (broken && client === 'ours' && operation === 'fetch') throw new RmmError('kafka_data_lost', 'gone');
    }),
  );
  const context = openContext(cluster, loaded, { name: 'ours' });
  const waiting = context.view.until((state) => state.planned, never);
  const failed = assert.rejects(waiting, { code: 'kafka_data_lost' });
  broken = true;
  await putRecords(cluster, context, [run]);
  await failed;
  await assert.rejects(
    context.view.until((state) => state.planned, never),
    { code: 'kafka_data_lost' },
  );
});

test('catching up asks on where brokers do not answer', async () => {
  let failures = 2;
  const cluster = clusterOf(
    loaded,
    new FakeKafka(async (client, operation) => {
      if (client === 'ours' && operation === 'offsets' && failures-- > 0)
        throw new RmmError('kafka_unreachable', 'nobody is there');
    }),
  );
  const context = openContext(cluster, loaded, { name: 'ours' });
  await putRecords(cluster, context, [run]);
  await context.view.catchUp(never);
  assert.equal(context.view.state.run?.type, 'run');
  await context.close();
});
