import assert from 'node:assert/strict';
import test from 'node:test';
import { type Clock, systemClock } from '../../../lib/base/clock.js';
import type { Tenure } from '../../../lib/flow/partitions/partition-runner.js';
import { modelFiles } from '../../../lib/learning/model.js';
import { Models, readModel } from '../../../services/scorer/models.js';
import { publishModel } from '../../../services/trainer/publish.js';
import { FakeKafka, type Trouble } from '../../sim/support/fake-kafka.js';
import { FakeClock } from '../../support/fake-clock.js';
import { rawModel, scaledBlocks, takesRandomEvents } from '../../support/scaled-blocks.js';
import {
  clusterOf,
  kafkaConfig,
  openContext,
  put,
  putRecords,
  runRecord,
  settled,
  tenureOf,
  waitInVain,
} from '../../support/service-context.js';

const loaded = kafkaConfig({
  ...takesRandomEvents,
  network: { type: 'stacked', layers: [{ units: 2 }] },
  learning: { threads: 1 },
  kafka: { topics: { partitions: 2 } },
});
const { scaler } = scaledBlocks(loaded, 1);
const models = [0, 1, 2, 3, 4].map((seed) => rawModel(loaded, scaler, seed));
const ids = models.map((model) => modelFiles(model).id);
const never = new AbortController().signal;

async function world(trouble?: Trouble) {
  const cluster = clusterOf(loaded, new FakeKafka(trouble));
  const writer = openContext(cluster, loaded, { name: 'writer' });
  await putRecords(cluster, writer, [runRecord(loaded)]);
  const publish = async (...numbers: number[]) => {
    for (const generation of numbers)
      await publishModel(writer, await tenureOf(writer, { id: 'trainer' }), models[generation]!, {
        generation,
        final: false,
      });
  };
  /** A copy of the scorer with a partition in its hands. */
  const copy = async (partition = 0, signal = never, clock: Clock = systemClock) => {
    const context = openContext(cluster, loaded, { clock });
    const found = new Models(context, signal);
    const tenure = await tenureOf(context, { id: `scorer.${partition}`, partition });
    await found.first(never);
    const versionAt = (offset: number, own: Tenure = tenure) =>
      found.use(offset, own, async ({ modelVersion }) => modelVersion);
    return { context, models: found, tenure, versionAt };
  };
  const applies = (partition = 0) =>
    cluster
      .committed('rmmstream.progress')[0]!
      .map(({ value }) => JSON.parse(value!.toString()) as Record<string, unknown>)
      .filter(({ type, partition: of }) => type === 'applies' && of === partition)
      .map(({ model, offset }) => [ids.indexOf(String(model)), offset]);
  return { cluster, writer, publish, copy, applies };
}

test('a model that is on record before its files can be read is waited for', async () => {
  const { cluster, publish, copy } = await world();
  const release = cluster.holdBack('rmmstream.models');
  await publish(0);
  const { versionAt } = await copy();
  const version = versionAt(0);
  await waitInVain(cluster);
  release();
  assert.equal(await version, ids[0]);
});

test('the first model applies from the beginning, a newer one from where it is first used, on record before', async () => {
  const { publish, copy, applies } = await world();
  await publish(0);
  const { versionAt, context } = await copy();
  assert.equal(await versionAt(5), ids[0]);
  assert.deepEqual(applies(), [[0, 0]]);
  await publish(1);
  await context.view.catchUp(never);
  assert.equal(await versionAt(9), ids[1]);
  assert.deepEqual(applies(), [
    [0, 0],
    [1, 9],
  ]);
  // What was before is scored as before, should it be read again.
  assert.equal(await versionAt(8), ids[0]);
  assert.equal(await versionAt(9), ids[1]);
  assert.equal(await versionAt(100), ids[1]);
  assert.equal(applies().length, 2);
  assert.deepEqual(applies(1), []);
});

test('several new models at once: the newest is taken, from one offset', async () => {
  const { publish, copy, applies } = await world();
  await publish(0, 1, 2);
  const { versionAt } = await copy();
  assert.equal(await versionAt(7), ids[2]);
  assert.deepEqual(applies(), [[2, 0]]);
});

test('whoever takes a partition over knows what the one before has put on record', async () => {
  const { publish, copy } = await world();
  await publish(0);
  const first = await copy();
  await first.versionAt(64);
  await publish(1);
  await first.context.view.catchUp(never);
  assert.equal(await first.versionAt(100), ids[1]);
  const second = await copy();
  const versions = [64, 99, 100].map((offset) => second.versionAt(offset));
  assert.deepEqual(await Promise.all(versions), [ids[0], ids[0], ids[1]]);
  // The one before cannot put anything on record any more.
  await publish(2);
  await first.context.view.catchUp(never);
  await assert.rejects(first.versionAt(120), { code: 'kafka_fenced' });
});

test('rows that files may hold already keep their model: a newer one applies behind them', async () => {
  const { cluster, writer, publish, copy, applies } = await world();
  await publish(0);
  const first = await copy();
  await first.versionAt(64);
  // It writes the window [64, 128) and is killed before its commit; meanwhile a model comes.
  await putRecords(cluster, writer, [{ type: 'scoring', partition: 0, to: 128 }]);
  await publish(1);
  const second = await copy();
  assert.equal(await second.versionAt(64), ids[0]);
  assert.equal(await second.versionAt(127), ids[0]);
  assert.equal(await second.versionAt(128), ids[1]);
  assert.deepEqual(applies(), [
    [0, 0],
    [1, 128],
  ]);
});

test('one partition that ends does not stop the load that others wait for', async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let isHeld = false;
  const { publish, copy } = await world(async (client, operation) => {
    if (isHeld && client !== 'writer' && operation === 'offsets') await held;
  });
  await publish(0);
  const { context, models: found } = await copy();
  const stops = [new AbortController(), new AbortController()];
  const tenures = await Promise.all(
    stops.map(({ signal }, partition) => tenureOf(context, { id: `scorer.${partition}`, partition, signal })),
  );
  const versions = tenures.map((tenure) => found.use(0, tenure, async ({ modelVersion }) => modelVersion));
  versions[0]!.catch(() => {});
  // Both have put on record what applies; then the model itself is read.
  while (context.view.state.modelsOf(0).length + context.view.state.modelsOf(1).length < 2)
    await new Promise((resolve) => setTimeout(resolve, 1));
  isHeld = true;
  stops[0]!.abort();
  release();
  assert.equal(await versions[1], ids[0]);
});

test('calls of one model follow each other, also after one that fails', async () => {
  const { publish, copy } = await world();
  await publish(0);
  const { models: found, tenure } = await copy();
  await found.use(0, tenure, async () => undefined);
  let inside = 0;
  const call = (fails: boolean) =>
    found.use(0, tenure, async () => {
      inside += 1;
      assert.equal(inside, 1);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
      if (fails) throw new Error('of the call');
    });
  const results = await Promise.allSettled([call(false), call(true), call(false)]);
  assert.deepEqual(
    results.map(({ status }) => status),
    ['fulfilled', 'rejected', 'fulfilled'],
  );
});

test('the turns of others are told as time that was waited', async () => {
  const { publish, copy } = await world();
  await publish(0);
  const clock = new FakeClock();
  const { models: found, tenure } = await copy(0, never, clock);
  await found.use(0, tenure, async () => undefined);
  const waits: number[] = [];
  const call = () =>
    found.use(
      0,
      tenure,
      () => clock.advance(100),
      (ms) => waits.push(ms),
    );
  await Promise.all([call(), call(), call()]);
  assert.deepEqual(waits, [0, 100, 200]);
});

test('models that nobody uses are let go of, those in use are not', async () => {
  const { publish, copy } = await world();
  await publish(0);
  const { context, models: found, tenure } = await copy();
  const released: (string | undefined)[] = [];
  /** Uses the model of an offset until `until`, and hears when it is given back. */
  const use = (offset: number, until: Promise<void> = Promise.resolve()) =>
    found.use(offset, tenure, async (scorer) => {
      scorer.release = async () => void released.push(scorer.modelVersion);
      await until;
    });
  let finish = () => {};
  const long = use(
    0,
    new Promise<void>((resolve) => {
      finish = resolve;
    }),
  );
  for (const generation of [1, 2, 3, 4]) {
    await publish(generation);
    await context.view.catchUp(never);
    await use(10 * generation);
  }
  await settled(() => released.length === 2);
  assert.deepEqual(released, [ids[1], ids[2]], 'the oldest ones that nobody uses');
  finish();
  await long;
  await use(40);
  found.close();
  await settled(() => released.length === 5);
  assert.deepEqual(released.slice(2).sort(), [ids[0], ids[3], ids[4]].sort());
});

test('a model on record that is not on its topic is said, and tried again at the next call', async () => {
  const { cluster, writer, publish, copy } = await world();
  await putRecords(cluster, writer, [
    { type: 'model', id: 'gone', scaler: 's', generation: 0, final: false, published_ms: 0, from: 0 },
  ]);
  const { versionAt } = await copy();
  for (let round = 0; round < 2; round += 1)
    await assert.rejects(versionAt(0), {
      code: 'model_missing',
      message: /gone is on record, but not on rmmstream.models/,
    });
  await publish(1);
  await put(cluster, 'rmmstream.models', 0, [{ key: 'x', value: Buffer.from('x'), headers: {} }]);
  assert.equal((await readModel(writer, ids[1]!, never)).id, ids[1]);
});
