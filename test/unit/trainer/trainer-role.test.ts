import assert from 'node:assert/strict';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { emptyMoments } from '../../../lib/learning/moments.js';
import { split } from '../../../lib/physics/identity.js';
import { claimDirectory, kafkaLayoutOf } from '../../../services/kafka/claim-directory.js';
import { frozenMessages } from '../../../services/scaler/frozen-scaler.js';
import { trainer } from '../../../services/trainer/main.js';
import type { FakeClient } from '../../sim/support/fake-client.js';
import { inFolder } from '../../support/cli.js';
import { gate } from '../../support/gate.js';
import { scaledBlocks, takesRandomEvents } from '../../support/scaled-blocks.js';
import {
  clusterOf,
  fileRecord,
  kafkaConfig,
  openContext,
  put,
  putRecords,
  runRecord,
  settled,
} from '../../support/service-context.js';

const given = {
  ...takesRandomEvents,
  network: { type: 'stacked', layers: [{ units: 3 }] },
  training: { epochs: 2, batch_events: 64, megasets: 3 },
  learning: { threads: 1 },
  kafka: { topics: { partitions: 1 } },
};
const made = scaledBlocks(kafkaConfig(given), 6);
assert.ok(made.rowsBySplit[split.train]! > 200);

const stops = new Set<AbortController>();
// Of a test that fails nothing goes on.
test.afterEach(() => {
  for (const stop of stops) stop.abort();
  stops.clear();
});

type World = Awaited<ReturnType<typeof openWorld>>;

/** @param isScaled else `scale` puts that on record */
async function inWorld(body: (world: World) => Promise<void>, isScaled = true): Promise<void> {
  await inFolder(async (folder) => {
    const world = await openWorld(folder);
    if (isScaled) await world.scale();
    await body(world);
  });
}

/** A bounded run of which all is scaled, and copies of its trainer on one machine. */
async function openWorld(folder: string) {
  const loaded = kafkaConfig({ ...given, output: { directory: join(folder, 'out') } }, folder);
  const cluster = clusterOf(loaded);
  const own = openContext(cluster, loaded, { name: 'test' });
  claimDirectory(join(folder, 'out'), loaded.config.kafka.prefix, runRecord(loaded));
  const frozen = frozenMessages({ scaler: made.scaler, reference: emptyMoments(made.scaler.columns) });
  await put(cluster, 'rmmstream.scaler-state', 0, frozen);
  for (const { scaled } of made.blocks) await put(cluster, 'rmmstream.scaled', 0, [scaled]);
  const offset = cluster.log('rmmstream.scaled', 0).length;
  const ends = ['events', 'selected', 'features', 'moments'] as const;
  const [messages, partition, input] = [made.blocks.length, 0, offset];
  await putRecords(cluster, own, [
    runRecord(loaded),
    fileRecord(0, 6 * 8192, { fingerprint: '1'.padStart(64, '0') }),
    ...ends.map((of) => ({ type: 'end' as const, of, partition, offset, messages, input })),
  ]);
  const scale = () =>
    putRecords(cluster, own, [
      { type: 'scaler', id: made.scaler.id, rows_by_split: [...made.rowsBySplit], from: 0, frozen_ms: 0 },
      { type: 'end', of: 'scaled', partition, offset, messages, input },
    ]);
  /** @param onScaled is waited for behind each fetch of scaled rows */
  const start = async (name: string, onScaled: (client: FakeClient) => Promise<void> = async () => {}) => {
    const context = openContext(cluster, loaded, { name, service: 'trainer' });
    const { client } = context;
    const reader = client.reader.bind(client);
    client.reader = (topic, partition) => {
      const found = reader(topic, partition);
      const fetch: typeof found.fetch = async (options) => {
        const fetched = await found.fetch(options);
        if (topic === 'rmmstream.scaled') await onScaled(client);
        return fetched;
      };
      return { ...found, fetch };
    };
    await context.view.catchUp(new AbortController().signal);
    const [part] = trainer.parts(context);
    const stop = new AbortController();
    stops.add(stop);
    const ended = part!.run(stop.signal);
    ended.catch(() => {});
    const end = async () => {
      stop.abort();
      await ended;
    };
    return { context, ended, end };
  };
  const models = () => own.view.state.models.map(({ id }) => id);
  return { cluster, start, scale, models, work: kafkaLayoutOf(join(folder, 'out')).trainer };
}

test('what a trainer that was killed left goes with the role, also where the model is there already', async () => {
  await inWorld(async ({ start, models, work }) => {
    mkdirSync(join(work, 'ffffffffffff', 'megasets'), { recursive: true });
    const first = await start('first');
    await settled(() => models().length === 1 && !existsSync(work), 200_000);
    await first.end();
    mkdirSync(join(work, 'ffffffffffff', 'megasets'), { recursive: true });
    const second = await start('second');
    await settled(() => !existsSync(work));
    await second.end();
    assert.equal(models().length, 1);
  });
});

test('a trainer tells of its scaler as soon as it trains', async () => {
  await inWorld(async ({ start, scale }) => {
    const [isReading, go] = [gate(), gate()];
    const trains = await start('trains', async () => {
      isReading.open();
      await go.isOpen;
    });
    await settled(() => trains.context.lines.some(({ event }) => event === 'role_taken'));
    await scale();
    await isReading.isOpen;
    const text = await trains.context.metrics();
    assert.ok(text.includes(`\nrmmstream_scaler_info{stage="trainer",version="${made.scaler.id}"} 1\n`));
    go.open();
    await trains.end();
  }, false);
});

test('a trainer that has the role no more tells of its training no more', async () => {
  await inWorld(async ({ start, models }) => {
    const trained = await start('trained');
    await settled(() => models().length === 1, 200_000);
    const told = async () => {
      const page = await trained.context.metrics();
      const series = ['training_loss', 'validation_loss', 'checkpoint_age_seconds', 'model_info'];
      return [...series, 'model_age_seconds', 'scaler_info'].map((name) =>
        page.includes(`\nrmmstream_${name}{stage="trainer"`),
      );
    };
    assert.ok((await told()).every((isTold) => isTold));
    // Two epochs of each of three megasets.
    assert.match(await trained.context.metrics(), /^rmmstream_training_epochs_total\{[^}]*\} 6$/m);
    await trained.end();
    assert.ok((await told()).every((isTold) => !isTold));
  });
});

test('a trainer that hangs and wakes beside its successor neither changes the model nor ends the run', async () => {
  let expected: readonly string[] = [];
  await inWorld(async ({ start, models }) => {
    const calm = await start('calm');
    await settled(() => models().length === 1, 200_000);
    expected = models();
    await calm.end();
  });
  await inWorld(async ({ cluster, start, models }) => {
    // Both stop within the collection, and go on together.
    const [at, go] = [new Set<string>(), gate()];
    const old = await start('old', async (client) => {
      if (!at.has('old')) client.freeze();
      at.add('old');
      await go.isOpen;
    });
    await settled(() => at.has('old'));
    const heir = await start('heir', async () => {
      at.add('heir');
      await go.isOpen;
    });
    await settled(() => at.has('heir'));
    go.open();
    old.context.client.thaw();
    const failures: unknown[] = [];
    for (const { ended } of [old, heir]) ended.catch((error: unknown) => failures.push(error));
    await settled(() => models().length === 1 || failures.length > 0, 200_000);
    assert.deepEqual(failures, []);
    assert.deepEqual(models(), expected);
    await heir.end();
    await old.end();
    const progress = cluster.committed('rmmstream.progress')[0]!.map(({ value }) => value!.toString());
    assert.ok(progress.every((record) => !record.includes('failed')));
  });
});

test('a trainer tells how far it is while it collects and while it trains', async () => {
  await inWorld(async ({ start, models }) => {
    const [isReading, go] = [gate(), gate()];
    const trains = await start('trains', async () => {
      isReading.open();
      await go.isOpen;
    });
    await isReading.isOpen;
    const values = async (...names: string[]) => {
      const page = await trains.context.metrics();
      return names.map((name) =>
        Number(new RegExp(`^rmmstream_${name}\\{stage="trainer"[^}]*\\} (.*)$`, 'm').exec(page)?.[1]),
      );
    };
    const { length } = made.blocks;
    assert.deepEqual(await values('position_records', 'lag_records', 'input_bytes_total'), [0, length, 0]);
    go.open();
    await settled(() => models().length === 1, 200_000);
    await settled(() => trains.context.lines.some(({ event }) => event === 'model_published'), 200_000);
    const bytes = made.blocks.reduce((sum, { scaled }) => sum + scaled.value.length, 0);
    const rows = 2 * made.rowsBySplit[split.train]!;
    assert.deepEqual(
      await values('position_records', 'lag_records', 'stalled_partitions', 'input_bytes_total'),
      [rows, 0, 0, bytes],
    );
    // Events are those of the steps.
    assert.deepEqual(await values('input_events_total'), [rows]);
    await trains.end();
  });
});
