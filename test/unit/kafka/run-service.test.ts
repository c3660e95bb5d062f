import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import type { ProgressRecord } from '../../../services/kafka/progress-records.js';
import { untilAborted } from '../../../services/kafka/service-part.js';
import { FakeKafka, type Trouble } from '../../sim/support/fake-kafka.js';
import { loaded, run, startOn } from '../../support/fake-services.js';
import { clusterOf, leaveOpen, openContext, putRecords } from '../../support/service-context.js';

const finished: ProgressRecord[] = [
  ...(['events', 'selected', 'features', 'scaled', 'scores'] as const).map(
    (of) => ({ type: 'end', of, partition: 0, offset: 1, messages: 1, input: 1 }) as const,
  ),
  { type: 'finished', ends: [1] },
];

test('parts that need a run start with it; those that make it, at once; all end at a signal', async () => {
  const cluster = clusterOf(loaded);
  const started: string[] = [];
  const part = (name: string) => ({
    name,
    run: async (signal: AbortSignal) => {
      started.push(name);
      await untilAborted(signal);
      started.push(`${name} ended`);
    },
  });
  const service = startOn(cluster, { atOnce: () => [part('planner')], parts: () => [part('reader')] });
  await service.until('running');
  assert.deepEqual(started, ['planner']);
  const writer = openContext(cluster, loaded);
  await putRecords(cluster, writer, [run]);
  while (started.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  assert.equal((await service.ready()).ready, true);
  service.signal();
  const { exit, error } = await service.ended;
  assert.deepEqual([exit, error], [0, undefined]);
  assert.deepEqual(started.slice(2).sort(), ['planner ended', 'reader ended']);
});

test('a finished run ends the service by itself, at its start too', async () => {
  const cluster = clusterOf(loaded);
  const service = startOn(cluster);
  const writer = openContext(cluster, loaded);
  await putRecords(cluster, writer, [run, ...finished]);
  assert.equal((await service.ended).exit, 0);
  assert.equal((await startOn(cluster).ended).exit, 0);
});

test('brokers that do not answer are waited for, and readiness says so', async () => {
  const cluster = clusterOf(loaded);
  const service = startOn(cluster, {}, { connect: 4 });
  const fault = await service.until('fault');
  assert.equal(fault.reason, 'no broker answers');
  const { ready, reasons } = await service.ready();
  assert.equal(ready, false);
  assert.ok(reasons.some(({ key }) => key === 'kafka' || key === 'state'));
  await service.until('running');
  assert.ok(service.events().includes('fault_over'));
  assert.match(
    await service.metrics(),
    /^rmmstream_stage_errors_total\{stage="selector",code="kafka_unreachable"\} 4$/m,
  );
  service.signal();
  assert.equal((await service.ended).exit, 0);
});

test('a directory on a full disk is waited for, and readiness says so', async () => {
  const cluster = clusterOf(loaded);
  const writer = openContext(cluster, loaded);
  await putRecords(cluster, writer, [run]);
  let isFull = true;
  let tries = 0;
  const parts = () => {
    tries += 1;
    if (isFull) throw new RmmError('disk_full', 'no room left on the disk');
    return [{ name: 'part', run: untilAborted }];
  };
  const service = startOn(cluster, { parts });
  await service.until('running');
  await service.until('fault');
  while (tries < 3) await new Promise((resolve) => setTimeout(resolve, 1));
  const { ready, reasons } = await service.ready();
  assert.equal(ready, false);
  assert.deepEqual(
    reasons.map(({ text }) => text),
    ['no room left on the disk'],
  );
  isFull = false;
  await service.until('fault_over');
  assert.equal((await service.ready()).ready, true);
  service.signal();
  assert.equal((await service.ended).exit, 0);
  // Nothing was told to the others.
  assert.deepEqual(
    cluster.committed('rmmstream.progress')[0]!.map(({ key }) => key),
    ['run'],
  );
});

test('a service that waits for room ends at a signal', async () => {
  const cluster = clusterOf(loaded);
  const writer = openContext(cluster, loaded);
  await putRecords(cluster, writer, [run]);
  const service = startOn(cluster, {
    parts: () => {
      throw new RmmError('disk_full', 'no room left on the disk');
    },
  });
  await service.until('fault');
  service.signal();
  assert.equal((await service.ended).exit, 0);
});

test('a transaction that a dead copy left open does not keep its successor from starting', async () => {
  const cluster = clusterOf(loaded);
  const writer = openContext(cluster, loaded);
  await putRecords(cluster, writer, [run]);
  await leaveOpen(cluster, 'rmmstream.progress', 'rmmstream.selector.0');
  // A failure of the attempt before, which cannot be read until the dead copy's transaction is ended.
  await putRecords(cluster, writer, [{ type: 'failed', service: 'scorer', code: 'internal', message: 'x' }]);
  const service = startOn(cluster, {
    parts: ({ client }) => [
      {
        name: 'part',
        run: async (signal) => {
          await client.producer('rmmstream.selector.0');
          await untilAborted(signal);
        },
      },
    ],
  });
  await service.until('running');
  await cluster.changed(50);
  service.signal();
  assert.equal((await service.ended).exit, 0);
});

test('a part that gives up in the middle of a drain does not make it a failure', async () => {
  const cluster = clusterOf(loaded);
  const writer = openContext(cluster, loaded);
  await putRecords(cluster, writer, [run]);
  const service = startOn(cluster, {
    parts: () => [
      {
        name: 'part',
        run: async (signal) => {
          await untilAborted(signal);
        },
      },
    ],
  });
  await service.until('running');
  service.signal();
  assert.equal((await service.ended).exit, 0);
  assert.deepEqual(
    cluster.committed('rmmstream.progress')[0]!.map(({ key }) => key),
    ['run'],
  );
});

test('an outage of the log makes the service unready, and passes', async () => {
  let isOut = false;
  const trouble: Trouble = async (client, operation) => {
    if (isOut && client === 'selector' && operation === 'fetch')
      throw new RmmError('kafka_unreachable', 'no broker answers');
  };
  const cluster = clusterOf(loaded, new FakeKafka(trouble));
  const writer = openContext(cluster, loaded);
  await putRecords(cluster, writer, [run]);
  const service = startOn(cluster);
  await service.until('running');
  isOut = true;
  cluster.wake();
  await service.until('fault');
  const { ready, reasons } = await service.ready();
  assert.equal(ready, false);
  assert.deepEqual(
    reasons.map(({ key, text }) => [key, text]),
    [['progress', 'no broker answers']],
  );
  isOut = false;
  await service.until('fault_over');
  assert.equal((await service.ready()).ready, true);
  service.signal();
  await service.ended;
});
