import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import type { Tenure } from '../../../lib/flow/partitions/partition-runner.js';
import { pauses, settleEnd } from '../../../services/kafka/context.js';
import { partitionedPart, rolePart, untilAborted } from '../../../services/kafka/service-part.js';
import { StageView } from '../../../services/kafka/stage-view.js';
import { stages } from '../../../services/kafka/stages.js';
import { FakeClock, settle } from '../../support/fake-clock.js';
import {
  clusterOf,
  kafkaConfig,
  type OpenedContext,
  openContext,
  putRecords,
  runRecord,
  settled,
  soon,
  tenureOf,
} from '../../support/service-context.js';

const loaded = kafkaConfig({ kafka: { topics: { partitions: 2 } }, engine: { stall_timeout_ms: 10_000 } });
const reasons = ({ health }: OpenedContext) =>
  health.readiness().reasons.map(({ key, text }) => `${key}: ${text}`);

const stops = new Set<AbortController>();
test.afterEach(() => {
  for (const stop of stops) stop.abort();
  stops.clear();
});

function run(part: { run(signal: AbortSignal): Promise<void> }) {
  const stop = new AbortController();
  stops.add(stop);
  const ended = part.run(stop.signal);
  ended.catch(() => {});
  return { stop, ended };
}

test('a role is held by one copy at a time, and goes to another when that one ends', async () => {
  const cluster = clusterOf(loaded);
  const holders: string[] = [];
  const start = (name: string) => {
    const context = openContext(cluster, loaded, { name });
    return run(
      rolePart(context, 'planner', async () => {
        holders.push(name);
      }),
    );
  };
  const one = start('one');
  await settled(() => holders.length === 1);
  const two = start('two');
  for (let turn = 0; turn < 50; turn += 1) await soon();
  assert.deepEqual(holders, ['one'], 'its work is done, the role stays with it');
  one.stop.abort();
  await one.ended;
  await settled(() => holders.length === 2);
  assert.deepEqual(holders, ['one', 'two']);
  two.stop.abort();
  await two.ended;
});

test('readiness names a role that fails again and again, until it works', async () => {
  const context = openContext(clusterOf(loaded), loaded, { service: 'scaler' });
  let failures = 0;
  let resume = () => {};
  const held = new Promise<void>((resolve) => {
    resume = resolve;
  });
  const paused = {
    ...context,
    pause: async (attempt: number) => {
      if (attempt === 2) await held;
    },
  };
  const { stop, ended } = run(
    rolePart(paused, 'freezer', async () => {
      failures += 1;
      if (failures < 3) throw new RmmError('kafka_request_failed', 'no answer');
    }),
  );
  await settled(() => failures === 2);
  await settle();
  assert.deepEqual(reasons(context), ['role:freezer: freezer: no answer']);
  assert.match(
    await context.metrics(),
    /^rmmstream_stage_errors_total\{stage="scaler",code="kafka_request_failed"\} 2$/m,
  );
  resume();
  await settled(() => failures === 3);
  assert.deepEqual(reasons(context), []);
  stop.abort();
  await ended;
});

test('a role whose disk is full says so between and during its tries, until it has written', async () => {
  const context = openContext(clusterOf(loaded), loaded);
  let tries = 0;
  const seen: string[][] = [];
  const { stop, ended } = run(
    rolePart(context, 'finisher', async (_, wrote) => {
      tries += 1;
      seen.push(reasons(context));
      if (tries < 5) throw new RmmError('disk_full', 'no room left on the disk');
      wrote();
      seen.push(reasons(context));
    }),
  );
  await settled(() => seen.length === 6);
  const full = ['role:finisher: finisher: no room left on the disk'];
  // The first failure may be a hiccup.
  assert.deepEqual(seen, [[], [], full, full, full, []]);
  stop.abort();
  await ended;
});

test('a partition that others take over is no fault, unless it goes on for ever', async () => {
  const context = openContext(clusterOf(loaded), loaded);
  const attempts = new Map<number, number>();
  const view = new StageView(context, stages.selector);
  const { stop, ended } = run(
    partitionedPart(context, stages.selector, view, async ({ partition }) => {
      attempts.set(partition, (attempts.get(partition) ?? 0) + 1);
      if (attempts.get(partition) === 4 && partition === 0)
        assert.ok(!reasons(context).some((reason) => reason.startsWith('partition:selector:0')));
      await soon();
      throw new RmmError('kafka_fenced', 'selector.0 was taken over');
    }),
  );
  await settled(() => reasons(context).length > 0);
  assert.ok(attempts.get(0)! + attempts.get(1)! > 6);
  assert.match(
    reasons(context)[0]!,
    /^partition:selector:\d: partition \d of rmmstream\.events: selector\.0 was taken over$/,
  );
  stop.abort();
  await ended;
  assert.deepEqual(reasons(context), []);
});

test('a partition that has messages and gets nowhere makes the service unready and says so', async () => {
  const clock = new FakeClock();
  const context = openContext(clusterOf(loaded), loaded, { clock });
  const view = new StageView(context, stages.scaler);
  const { stop, ended } = run(
    partitionedPart(context, stages.scaler, view, async (tenure) => {
      if (tenure.partition === 1) view.looked(1, 5, 47, undefined);
      else view.looked(0, 9, 9, undefined);
      await untilAborted(tenure.signal);
    }),
  );
  await settle();
  await settle();
  await clock.advance(9_000);
  assert.deepEqual(reasons(context), []);
  await clock.advance(4_000);
  assert.equal(reasons(context).length, 1);
  assert.match(
    reasons(context)[0]!,
    /^stall:rmmstream\.features:1: partition 1 of rmmstream\.features makes no progress for 1\d s while 42 messages wait$/,
  );
  assert.match(await context.metrics(), /rmmstream_stalled_partitions\{stage="scaler"\} 1/);
  stop.abort();
  await ended;
  assert.deepEqual(reasons(context), []);
});

test('an outage of the group makes the service unready until it is in again', async () => {
  const cluster = clusterOf(loaded);
  const context = openContext(cluster, loaded);
  type Join = Parameters<typeof context.client.join>[0];
  let given: Join | undefined;
  const join = context.client.join.bind(context.client);
  context.client.join = (options: Join) => {
    given = options;
    return join(options);
  };
  const { stop, ended } = run(rolePart(context, 'finisher', async () => {}));
  given!.onState('lost', new Error('the coordinator is gone'));
  assert.deepEqual(reasons(context), ['group:finisher: not in the group finisher: the coordinator is gone']);
  given!.onState('joining');
  assert.equal(reasons(context).length, 1);
  given!.onState('joined');
  assert.deepEqual(reasons(context), []);
  stop.abort();
  await ended;
});

async function ending() {
  const cluster = clusterOf(loaded);
  const context = openContext(cluster, loaded);
  await putRecords(cluster, context, [runRecord(loaded)]);
  const tenure: Tenure = await tenureOf(context, { partition: 1 });
  const at = { input: 12, output: 30, read: 10, written: 9, eventsIn: 0, eventsOut: 0 };
  const records = () =>
    cluster
      .committed('rmmstream.progress')[0]!
      .filter(({ key }) => key === 'end')
      .map(({ value }) => JSON.parse(value!.toString()) as unknown);
  return { context, tenure, at, records };
}

test('the end of an output is put on record once, when the end of its input was reached', async () => {
  const { context, tenure, at, records } = await ending();
  await settleEnd(context, 'selected', undefined, at, tenure);
  await settleEnd(context, 'selected', 13, at, tenure);
  assert.deepEqual(records(), []);
  await settleEnd(context, 'selected', 12, at, tenure);
  await settleEnd(context, 'selected', 12, { ...at, input: 14 }, tenure);
  const expected = { type: 'end', of: 'selected', partition: 1, offset: 30, messages: 9, input: 12 };
  assert.deepEqual(records(), [expected]);
  // The input went on.
  await settleEnd(context, 'selected', 14, { ...at, input: 14, output: 33, written: 10 }, tenure);
  assert.deepEqual(records(), [expected, { ...expected, offset: 33, messages: 10, input: 14 }]);
});

test('pauses grow up to their limit, and end at once with their signal', async () => {
  const clock = new FakeClock();
  const pause = pauses(1000, () => 0, clock);
  const done: number[] = [];
  for (const attempt of [1, 2, 50])
    void pause(attempt, new AbortController().signal).then(() => done.push(attempt));
  await clock.advance(50);
  assert.deepEqual(done, [1]);
  await clock.advance(50);
  assert.deepEqual(done, [1, 2]);
  await clock.advance(400);
  assert.deepEqual(done, [1, 2, 50]);
  const stop = new AbortController();
  const stopped = pause(50, stop.signal);
  stop.abort();
  await stopped;
  assert.equal(clock.pending, 0);
});
