import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../../lib/base/error.js';
import {
  PartitionRunner,
  type PartitionRunnerOptions,
  type PartitionState,
  type Tenure,
} from '../../../../lib/flow/partitions/partition-runner.js';
import { FakeKafka } from '../../../sim/support/fake-kafka.js';
import { settled, soon } from '../../../support/service-context.js';

function untilAborted({ signal }: Tenure): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

const stops = new Set<AbortController>();
// Of a test that fails nothing goes on.
test.afterEach(() => {
  for (const stop of stops) stop.abort();
  stops.clear();
});

function world(partitions = 4) {
  const cluster = new FakeKafka();
  cluster.createTopic('in', partitions);
  const start = (name: string, more: Partial<PartitionRunnerOptions> = {}) => {
    const client = cluster.client(name);
    const states: [number, PartitionState][] = [];
    const stop = new AbortController();
    stops.add(stop);
    const runner = new PartitionRunner({
      client,
      group: 'group',
      topic: 'in',
      transactionalId: (partition) => `id.${partition}`,
      body: untilAborted,
      pause: () => soon(),
      onPartition: (partition, state) => states.push([partition, state]),
      ...more,
    });
    const ended = runner.run(stop.signal);
    ended.catch(() => {});
    return { client, runner, states, stop, ended };
  };
  return { cluster, start };
}

test('copies share the partitions, and what one leaves the other takes', async () => {
  const { start } = world();
  const one = start('one');
  await settled(() => one.runner.partitions.length === 4);
  const two = start('two');
  await settled(() => two.runner.partitions.length === 2 && one.runner.partitions.length === 2);
  assert.deepEqual([...one.runner.partitions, ...two.runner.partitions].sort(), [0, 1, 2, 3]);
  one.stop.abort();
  await one.ended;
  await settled(() => two.runner.partitions.length === 4);
  two.stop.abort();
  await two.ended;
});

test('a partition that stays is not disturbed when copies come and go', async () => {
  const { start } = world();
  const begun = new Map<number, number>();
  const one = start('one', {
    body: (tenure) => {
      begun.set(tenure.partition, (begun.get(tenure.partition) ?? 0) + 1);
      return untilAborted(tenure);
    },
  });
  await settled(() => begun.size === 4);
  for (const name of ['two', 'three']) {
    const other = start(name);
    await settled(() => other.runner.partitions.length === 2);
    other.stop.abort();
    await other.ended;
    await settled(() => one.runner.partitions.length === 4 && begun.get(3) === begun.get(1));
  }
  assert.deepEqual([...begun].sort(), [
    [0, 1],
    [1, 3],
    [2, 1],
    [3, 3],
  ]);
  one.stop.abort();
  await one.ended;
});

test('the position is read once the producer is ours: an earlier owner cannot move it any more', async () => {
  const { cluster, start } = world(1);
  const old = await cluster.client('old').producer('id.0');
  const commit = (offset: number) =>
    old.transaction((transaction) =>
      transaction.commitOffset({ group: 'group', topic: 'in', partition: 0, offset, metadata: 'm' }),
    );
  await commit(5);
  const seen: (number | undefined)[] = [];
  const one = start('one', {
    body: async (tenure) => {
      seen.push(tenure.committed?.offset);
      await assert.rejects(commit(9), { code: 'kafka_fenced' });
      await untilAborted(tenure);
    },
  });
  await settled(() => seen.length === 1);
  one.stop.abort();
  await one.ended;
  assert.deepEqual(seen, [5]);
  assert.equal(cluster.offsets.get('group/in/0')?.offset, 5);
});

test('what can be tried again is, with growing pauses until there is progress, each time with a new producer', async () => {
  const { start } = world(1);
  const attempts: number[] = [];
  const ids = new Set<unknown>();
  let round = 0;
  const one = start('one', {
    pause: async (attempt) => {
      attempts.push(attempt);
      await soon();
    },
    body: async (tenure) => {
      round += 1;
      ids.add(tenure.producer);
      if (round === 3) tenure.progressed();
      if (round <= 4) throw new RmmError('kafka_unreachable', 'gone');
      await untilAborted(tenure);
    },
  });
  await settled(() => round === 5);
  one.stop.abort();
  await one.ended;
  assert.deepEqual(attempts, [1, 2, 1, 2]);
  assert.equal(ids.size, 5);
  assert.deepEqual(
    one.states.map(([, { kind }]) => kind),
    [
      ...['opening', 'working', 'retrying'],
      ...['opening', 'working', 'retrying'],
      ...['opening', 'working', 'retrying'],
      ...['opening', 'working', 'retrying'],
      ...['opening', 'working', 'given_up'],
    ],
  );
});

test('an error that no retry mends stops the other partitions, leaves the group and is thrown', async () => {
  const { start } = world();
  const two = start('two');
  await settled(() => two.runner.partitions.length === 4);
  let aborted = 0;
  const one = start('one', {
    body: async (tenure) => {
      if (tenure.partition === 1) throw new TypeError('a defect');
      await untilAborted(tenure);
      aborted += 1;
    },
  });
  await assert.rejects(one.ended, TypeError);
  assert.ok(aborted <= 1);
  await settled(() => two.runner.partitions.length === 4);
  two.stop.abort();
  await two.ended;
});

test('the end waits for loops of partitions that were taken away before', async () => {
  const { start } = world(2);
  let finish = () => {};
  const one = start('one', {
    body: async (tenure) => {
      await untilAborted(tenure);
      if (tenure.partition === 1)
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
    },
  });
  await settled(() => one.states.filter(([, { kind }]) => kind === 'working').length === 2);
  const two = start('two');
  await settled(() => one.runner.partitions.length === 1);
  one.stop.abort();
  let isOver = false;
  void one.ended.then(() => {
    isOver = true;
  });
  for (let turn = 0; turn < 50; turn += 1) await soon();
  assert.equal(isOver, false);
  finish();
  await one.ended;
  two.stop.abort();
  await two.ended;
});

test('a runner that is stopped before its start joins nothing', async () => {
  const { cluster } = world();
  const client = cluster.client('one');
  client.join = () => assert.fail('joined');
  const runner = new PartitionRunner({
    client,
    group: 'group',
    topic: 'in',
    transactionalId: String,
    body: untilAborted,
    pause: () => soon(),
  });
  await runner.run(AbortSignal.abort());
});
