import assert from 'node:assert/strict';
import test from 'node:test';
import type { LoadedConfig } from '../../../lib/config/index.js';
import { isCopied } from '../../../services/amplify/load/copied-file.js';
import type { LoadOrder } from '../../../services/amplify/load/load-order.js';
import { loadService } from '../../../services/amplify/load/load-service.js';
import { ingest } from '../../../services/ingest/main.js';
import { readProgress } from '../../../services/kafka/progress-records.js';
import type { FakeKafka } from '../../sim/support/fake-kafka.js';
import { inFolder } from '../../support/cli.js';
import { startOn } from '../../support/fake-services.js';
import { loadForTest } from '../../support/inputs.js';
import { parentsOf } from '../../support/load-run.js';
import { clusterOf } from '../../support/service-context.js';
import { shipped, writeConfig } from '../../support/small-run.js';

const partitions = 3;
const usual: LoadOrder = {
  seed: 1,
  events: 150_000,
  seconds: undefined,
  rate: undefined,
  maxWaiting: undefined,
};

async function inWorld(
  mode: 'bounded' | 'continuous',
  body: (world: {
    readonly loaded: LoadedConfig;
    readonly cluster: FakeKafka;
    readonly start: (order: LoadOrder) => ReturnType<typeof startOn> & { readonly isDone: () => boolean };
  }) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const samples = [shipped('mc/zee', 'background'), shipped('mc/ttbar', 'background')];
    const config = writeConfig(folder, samples, {
      engine: { type: 'kafka', brokers: ['fake:1'] },
      kafka: { prefix: 'load', topics: { partitions }, transaction_messages: 2, retry_max_ms: 100 },
    });
    const given = loadForTest(config, folder);
    const loaded = {
      ...given,
      config: { ...given.config, input: { ...given.config.input, mode } },
    };
    const cluster = clusterOf(loaded);
    const parents = await parentsOf(loaded);
    await body({
      loaded,
      cluster,
      start: (order) => {
        let done = false;
        const definition = loadService(order, parents, () => {
          done = true;
        });
        return { ...startOn(cluster, definition, { name: 'ingest', given: loaded }), isDone: () => done };
      },
    });
  });
}

/** Entries of the blocks on a topic, each block once; all of them marked as copies. */
function entriesOn(cluster: FakeKafka): number {
  const messages = cluster.committed('load.events').flat();
  assert.equal(new Set(messages.map(({ key }) => key)).size, messages.length, 'each block once');
  for (const { headers } of messages) assert.ok(isCopied(headers.get('file')!));
  return messages.reduce((sum, { headers }) => sum + Number(headers.get('entries')), 0);
}

function recordsOn(cluster: FakeKafka) {
  return cluster.committed('load.progress').flat().map(readProgress);
}

test('a load ends when exactly what was ordered is on the topic, with the end of the topic on record', async () => {
  await inWorld('bounded', async ({ cluster, start }) => {
    const service = start(usual);
    assert.deepEqual(await service.ended, { exit: 0, forced: false, error: undefined });
    assert.ok(service.isDone());
    assert.equal(entriesOn(cluster), usual.events);
    const records = recordsOn(cluster);
    const files = records.flatMap((record) => (record.type === 'file' ? [record] : []));
    assert.equal(
      files.reduce((sum, { entries }) => sum + entries, 0),
      usual.events,
    );
    assert.deepEqual(records.filter(({ type }) => type === 'planned').length, 1);
    assert.deepEqual(records.filter(({ type }) => type === 'end').length, partitions);
    const run = records.find((record) => record.type === 'run');
    assert.ok(run?.inputs.every(({ file }) => isCopied(file)));
    // Asked for again there is nothing to do.
    const again = start(usual);
    assert.equal((await again.ended).exit, 0);
    assert.equal(entriesOn(cluster), usual.events);
  });
});

test('a load that is interrupted drains and goes on where it stopped', async () => {
  await inWorld('bounded', async ({ cluster, start }) => {
    const service = start({ ...usual, rate: 2_000 });
    await service.until('planned');
    for (let turn = 0; turn < 500 && cluster.committed('load.events').flat().length === 0; turn += 1)
      await new Promise((resolve) => setTimeout(resolve, 10));
    service.signal();
    assert.deepEqual(await service.ended, { exit: 0, forced: false, error: undefined });
    assert.ok(!service.isDone());
    const before = entriesOn(cluster);
    assert.ok(before > 0 && before < usual.events!, `${before}`);
    const next = start(usual);
    assert.equal((await next.ended).exit, 0);
    assert.equal(entriesOn(cluster), usual.events);
  });
});

test('another load, and a run over files, are refused on the same topics, and end nothing else', async () => {
  await inWorld('bounded', async ({ loaded, cluster, start }) => {
    await start(usual).ended;
    for (const order of [
      { ...usual, events: 100_000 },
      { ...usual, events: 200_000 },
    ]) {
      const { exit, error } = await start(order).ended;
      assert.equal(exit, 1);
      assert.match(String(error), /hold another load, of 150000 events/);
    }
    assert.ok(recordsOn(cluster).every(({ type }) => type !== 'failed'));
    assert.equal(entriesOn(cluster), usual.events);
    // The plan is complete, so a planner of files does nothing; before that it refuses.
    const half = clusterOf(loaded);
    const begun = recordsOn(cluster).filter(({ type }) => type === 'run');
    const producer = await half.client('test').producer('test');
    await producer.transaction(async (transaction) => {
      for (const message of cluster.committed('load.progress').flat().slice(0, begun.length))
        await transaction.send('load.progress', 0, [
          { key: message.key, value: message.value, headers: Object.fromEntries(message.headers) },
        ]);
    });
    const { exit, error } = await startOn(half, ingest, { name: 'ingest', given: loaded }).ended;
    assert.equal(exit, 1);
    assert.match(String(error), /hold another run/);
    assert.match(String(error), /input gone: amplified:/);
  });
});

test('another seed is another load', async () => {
  await inWorld('continuous', async ({ start }) => {
    await start(usual).ended;
    const { exit, error } = await start({ ...usual, seed: 2 }).ended;
    assert.equal(exit, 1);
    assert.match(String(error), /hold another run/);
  });
});

test('a load of twice the events is another load: weights were divided by how often each event is made', async () => {
  await inWorld('continuous', async ({ loaded, cluster, start }) => {
    const total = (await parentsOf(loaded)).reduce((sum, { entries }) => sum + entries, 0);
    // One copy of every parent, which a larger load would begin with as well.
    assert.equal((await start({ ...usual, events: total }).ended).exit, 0);
    const { exit, error } = await start({ ...usual, events: 2 * total }).ended;
    assert.equal(exit, 1);
    assert.match(String(error), /hold another load/);
    assert.equal(entriesOn(cluster), total);
  });
});

test('a load without a number of events ends with its time, all of its plan delivered; a run without end takes more', async () => {
  await inWorld('continuous', async ({ cluster, start }) => {
    const order = { ...usual, events: undefined, seconds: 0.5 };
    for (let round = 0, before = 0; round < 2; round += 1) {
      const service = start(order);
      assert.equal((await service.ended).exit, 0);
      assert.ok(service.isDone());
      const records = recordsOn(cluster);
      const planned = records.reduce((sum, one) => sum + (one.type === 'file' ? one.entries : 0), 0);
      assert.equal(entriesOn(cluster), planned);
      assert.ok(planned > before);
      before = planned;
      assert.ok(records.every(({ type }) => type !== 'planned'));
    }
  });
});
