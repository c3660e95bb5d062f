import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import type { LoadedConfig } from '../../../lib/config/index.js';
import { type Moments, rowMoments } from '../../../lib/learning/moments.js';
import { split } from '../../../lib/physics/identity.js';
import { featurizerOf } from '../../../services/featurizer/config.js';
import { momentsTree } from '../../../services/scaler/block-moments.js';
import { freeze } from '../../../services/scaler/freezer.js';
import { frozenMessages, loadFrozen } from '../../../services/scaler/frozen-scaler.js';
import { momentsMessage } from '../../../services/scaler/moments-message.js';
import type { FakeKafka } from '../../sim/support/fake-kafka.js';
import { inFolder } from '../../support/cli.js';
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
import { makeRows } from '../learning/fixtures.js';

const given = {
  features: { min_filled: 5 },
  kafka: { topics: { partitions: 2 } },
};
const { layout } = featurizerOf(kafkaConfig(given).config);

/** Moments of a block of `rows` training rows, all blocks from the same events; `factor` moves every feature. */
function block(
  number: number,
  rows = 100,
  factor = 1,
): { message: ReturnType<typeof momentsMessage>; moments: Moments } {
  const made = makeRows(1, rows, layout.columns, 3);
  for (let at = 0; at < made.rows.values.length; at += 1) made.rows.values[at]! *= factor;
  const moments = rowMoments(made.rows);
  const rowsBySplit = [0, 0, 0, 0];
  rowsBySplit[split.train] = rows;
  rowsBySplit[split.test] = 10;
  const source = {
    sample: 'zee',
    kind: 'background',
    file: 'mc/zee.root',
    fingerprint: 'c0ffee'.repeat(10),
    first: 8192 * number,
    entries: 8192,
  } as const;
  return { message: momentsMessage(source, moments, rowsBySplit), moments };
}

async function inWorld(
  more: Readonly<Record<string, unknown>>,
  body: (world: {
    cluster: FakeKafka;
    loaded: LoadedConfig;
    folder: string;
    /** A holder of the freezer's role. */
    start(): Promise<Holder>;
  }) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const loaded = kafkaConfig({ ...given, ...more, output: { directory: join(folder, 'out') } }, folder);
    const cluster = clusterOf(loaded);
    const holders: Holder[] = [];
    const start = async () => {
      const context = openContext(cluster, loaded);
      const stop = new AbortController();
      const ended = freeze(context, await tenureOf(context, { id: 'freezer', signal: stop.signal }));
      ended.catch(() => {});
      const holder = {
        context,
        ended,
        async stop() {
          stop.abort();
          await ended.catch(() => {});
          await context.close();
        },
      };
      holders.push(holder);
      return holder;
    };
    try {
      await body({ cluster, loaded, folder: join(folder, 'out'), start });
    } finally {
      for (const holder of holders) await holder.stop();
    }
  });
}

interface Holder {
  readonly context: ReturnType<typeof openContext>;
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

const state = 'rmmstream.scaler-state';
const never = new AbortController().signal;
const ends = [0, 1].flatMap((partition) => [
  { type: 'end', of: 'events', partition, offset: 1, messages: 1, input: 1 } as const,
  { type: 'end', of: 'selected', partition, offset: 1, messages: 1, input: 1 } as const,
  { type: 'end', of: 'features', partition, offset: 1, messages: 1, input: 1 } as const,
  { type: 'end', of: 'moments', partition, offset: 1, messages: 1, input: 1 } as const,
]);

test('a bounded run freezes once all moments are there, in the order of their blocks', async () => {
  await inWorld({}, async ({ cluster, loaded, start }) => {
    const blocks = [0, 1, 2, 3, 4].map((number) => block(number));
    const { context, ended } = await start();
    await putRecords(cluster, context, [runRecord(loaded)]);
    for (const number of [3, 0, 4, 2, 1, 0]) await put(cluster, state, 0, [blocks[number]!.message]);
    await put(cluster, state, 0, [
      {
        key: 'moments/poison',
        value: Buffer.from('x'),
        headers: { schema: 'rmmstream.moments', version: '1' },
      },
      { key: 'something', value: Buffer.from('x'), headers: {} },
    ]);
    await settled(() => context.view.state.run !== undefined);
    assert.equal(context.view.state.scaler, undefined);
    await putRecords(cluster, context, ends);
    await ended;
    const record = context.view.state.scaler!;
    const tree = momentsTree();
    for (const { moments } of blocks) tree.push(moments);
    const { scaler, reference } = await loadFrozen(context, record, never);
    assert.deepEqual(reference, tree.result());
    assert.equal(scaler.id, record.id);
    assert.equal(record.rows_by_split[split.train], 500);
    assert.equal(record.rows_by_split[split.test], 50);
    assert.equal(context.lines.filter(({ event }) => event === 'moments_unusable').length, 1);
    assert.ok(
      record.from <= cluster.log(state, 0).findIndex(({ message }) => message?.key?.startsWith('scaler/')),
    );
    // The next holder of the role finds it done.
    const next = await start();
    await next.ended;
    assert.equal(next.context.view.state.scaler?.id, record.id);
    // After compaction, which takes repeated blocks, it is still found.
    cluster.compact(state);
    assert.deepEqual((await loadFrozen(context, record, never)).reference, reference);
  });
});

test('a bounded run freezes with the moments of every block, however late their transactions end', async () => {
  await inWorld({}, async ({ cluster, loaded, start }) => {
    const { context, ended } = await start();
    await putRecords(cluster, context, [runRecord(loaded)]);
    await put(cluster, state, 0, [block(0).message]);
    const release = cluster.holdBack(state);
    await put(cluster, state, 0, [block(1).message]);
    await putRecords(cluster, context, ends);
    await settled(() => context.view.state.allEnds('moments') !== undefined);
    await waitInVain(cluster);
    assert.equal(context.view.state.scaler, undefined);
    release();
    await ended;
    assert.equal(context.view.state.scaler!.rows_by_split[split.train], 200);
    // The record of the scaler is seen before the scaler.
    const releaseAgain = cluster.holdBack(state);
    const messages = frozenMessages(await loadFrozen(context, context.view.state.scaler!, never));
    const from = await put(cluster, state, 0, messages);
    const loading = loadFrozen(context, { id: context.view.state.scaler!.id, from }, never);
    await waitInVain(cluster);
    releaseAgain();
    assert.equal((await loading).scaler.id, context.view.state.scaler!.id);
  });
});

test('no training event at all is said as such', async () => {
  await inWorld({}, async ({ cluster, loaded, start }) => {
    const { context, ended } = await start();
    await putRecords(cluster, context, [runRecord(loaded), ...ends]);
    await assert.rejects(ended, { code: 'no_training_events' });
  });
});

const continuous = {
  input: { mode: 'continuous' },
  continuous: { freeze_events: 250, drift_window_events: 200, drift_limit: 0.25 },
};

interface Report {
  readonly scaler: string;
  readonly next_offset: number;
  readonly windows: readonly {
    rows: number;
    features: { shift: number; spread: number }[];
    kinds: { kind: string; drifting: number }[];
  }[];
}

test('a run without end freezes after enough events, watches what comes, and goes on where it stopped', async () => {
  await inWorld(continuous, async ({ cluster, loaded, folder, start }) => {
    const path = join(folder, 'drift.json');
    const report = () => JSON.parse(readFileSync(path, 'utf8')) as Report;
    const first = await start();
    await putRecords(cluster, first.context, [runRecord(loaded)]);
    for (const number of [0, 1]) await put(cluster, state, 0, [block(number).message]);
    await settled(() => first.context.view.state.run !== undefined);
    assert.equal(first.context.view.state.scaler, undefined);
    await put(cluster, state, 0, [block(2).message]);
    await settled(() => first.context.view.state.scaler !== undefined);
    assert.equal(first.context.view.state.scaler!.rows_by_split[split.train], 300);
    assert.equal(existsSync(path), false);
    for (const number of [10, 11]) await put(cluster, state, 0, [block(number).message]);
    await settled(() => existsSync(path));
    assert.deepEqual(
      report().windows.map(({ rows }) => rows),
      [200],
    );
    const usual = report().windows[0]!;
    assert.ok(
      usual.kinds.every(({ drifting }) => drifting <= 5),
      JSON.stringify(usual.kinds),
    );
    // Half a window, and another holder of the role: what was frozen is no part of any window.
    await put(cluster, state, 0, [block(12).message]);
    await first.stop();
    const second = await start();
    await put(cluster, state, 0, [block(13, 100, 3).message]);
    await settled(() => report().windows.length === 2);
    for (const number of [14, 15]) await put(cluster, state, 0, [block(number, 100, 3).message]);
    await settled(() => report().windows.length === 3);
    assert.deepEqual(
      report().windows.map(({ rows }) => rows),
      [200, 200, 200],
    );
    const moved = report().windows[2]!;
    assert.ok(moved.features[0]!.shift > 0.25 && moved.features[0]!.spread > 2);
    assert.ok(moved.kinds.reduce((sum, { drifting }) => sum + drifting, 0) > 5);
    const metrics = await second.context.metrics();
    assert.match(metrics, /rmmstream_drift[a-z_]*\{[^}]*\} [1-9]/);
    assert.ok(second.context.lines.some(({ event, level }) => event === 'drift' && level === 'warn'));
    assert.equal(report().scaler, second.context.view.state.scaler!.id);
    // A copy that has lost the role keeps no alert burning.
    await second.stop();
    for (const { context } of [first, second])
      assert.doesNotMatch(await context.metrics(), /rmmstream_drift[a-z_]*\{/);
  });
});
