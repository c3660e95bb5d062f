import assert from 'node:assert/strict';
import {
  appendFileSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { loadConfig } from '../../../lib/config/index.js';
import { planContinuously } from '../../../services/ingest/watcher.js';
import type { FakeKafka } from '../../sim/support/fake-kafka.js';
import { inFolder } from '../../support/cli.js';
import { copyRootFile } from '../../support/root-copy.js';
import { clusterOf, type OpenedContext, openContext, tenureOf } from '../../support/service-context.js';
import { sampleFile, writeConfig } from '../../support/small-run.js';

interface World {
  readonly folder: string;
  readonly cluster: FakeKafka;
  /** A holder of the planner's role. */
  start(): Promise<{ context: OpenedContext; stop(): Promise<void> }>;
}

async function inWorld(
  body: (world: World) => Promise<void>,
  { settle = 0, input = {} }: { settle?: number; input?: object } = {},
): Promise<void> {
  await inFolder(async (folder) => {
    for (const name of ['zee', 'ttbar', 'aside']) mkdirSync(join(folder, name));
    const file = writeConfig(folder, [], {
      input: {
        mode: 'continuous',
        samples: [
          { name: 'zee', kind: 'background', files: ['zee/*.root'] },
          { name: 'ttbar', kind: 'background', files: ['ttbar/*.root'] },
        ],
        ...input,
      },
      continuous: { scan_interval_ms: 100, settle_ms: settle },
      engine: { type: 'kafka', brokers: ['fake:1'] },
    });
    const loaded = loadConfig({ file, environment: {}, currentDirectory: folder, needs: 'background' });
    const cluster = clusterOf(loaded);
    const ends: (() => Promise<void>)[] = [];
    const start = async () => {
      const context = openContext(cluster, loaded, { service: 'ingest' });
      const stop = new AbortController();
      const tenure = await tenureOf(context, { id: 'planner', signal: stop.signal });
      const ended = planContinuously(context, tenure);
      ended.catch(() => {});
      const end = async () => {
        stop.abort();
        await ended;
        await context.close();
      };
      ends.push(async () => {
        stop.abort();
        await context.close();
      });
      return { context, stop: end };
    };
    try {
      await body({ folder, cluster, start });
    } finally {
      for (const end of ends) await end();
    }
  });
}

async function until(isDone: () => boolean): Promise<void> {
  for (let turn = 0; turn < 600; turn += 1) {
    if (isDone()) return;
    await pause(25);
  }
  assert.fail('it never came to that');
}

const taken = ({ view }: OpenedContext) => view.state.files.map(({ name }) => name);
const events = ({ lines }: OpenedContext, event: string) =>
  lines.filter((line) => line.event === event).map(({ file }) => file);

/** A small file of its own. */
function made(to: string, identity: number, from = 'mc/zee', entries = 500): Promise<void> {
  return copyRootFile({ from: sampleFile(from), to, entries, identity });
}

test('files are taken once each: dropped, moved in, and not again under another name', async () => {
  await inWorld(async ({ folder, start }) => {
    const at = (name: string) => join(folder, name);
    await made(at('zee/a.root'), 1);
    const { context, stop } = await start();
    await until(() => taken(context).length === 1);
    await made(at('aside/b.root'), 2);
    renameSync(at('aside/b.root'), at('zee/b.root'));
    await until(() => taken(context).length === 2);
    copyFileSync(at('zee/a.root'), at('zee/copy.root'));
    linkSync(at('zee/b.root'), at('zee/link.root'));
    copyFileSync(at('zee/b.root'), at('ttbar/other-sample.root'));
    await until(() => events(context, 'file_again').length === 2);
    await made(at('zee/c.root'), 3);
    await until(() => taken(context).length === 3);
    assert.deepEqual(taken(context), ['zee/a.root', 'zee/b.root', 'zee/c.root']);
    assert.deepEqual(events(context, 'file_again').sort(), ['ttbar/other-sample.root', 'zee/copy.root']);
    assert.ok(context.lines.some(({ reason }) => /which .* lists already/.test(String(reason))));
    await stop();
    // Another holder of the role knows what was taken, also with the second names lying there.
    const second = await start();
    await made(at('zee/d.root'), 4);
    await until(() => taken(second.context).length === 4);
    assert.deepEqual(
      second.context.view.state.files.map(({ index, entries }) => [index, entries]),
      [0, 1, 2, 3].map((index) => [index, 500]),
    );
    await second.stop();
  });
});

test('a file that is still being written is not touched before it stands still', async () => {
  await inWorld(
    async ({ folder, start }) => {
      await made(join(folder, 'aside/a.root'), 1);
      const bytes = readFileSync(join(folder, 'aside/a.root'));
      const path = join(folder, 'zee/a.root');
      writeFileSync(path, '');
      const { context, stop } = await start();
      const parts = 12;
      for (let part = 0; part < parts; part += 1) {
        const [from, to] = [part, part + 1].map((edge) => Math.floor((edge * bytes.length) / parts));
        appendFileSync(path, bytes.subarray(from, to));
        await pause(150);
        assert.deepEqual(taken(context), []);
      }
      await until(() => taken(context).length === 1);
      assert.deepEqual(events(context, 'file_unusable'), []);
      await stop();
    },
    { settle: 1500 },
  );
});

test('what cannot be used is said once, stops nothing else, and is taken once it was mended', async () => {
  await inWorld(async ({ folder, start }) => {
    const at = (name: string) => join(folder, name);
    await made(at('aside/good.root'), 1);
    writeFileSync(at('zee/a-damaged.root'), readFileSync(at('aside/good.root')).subarray(0, 3000));
    writeFileSync(at('zee/b-text.root'), 'no file of ROOT');
    writeFileSync(at('zee/c-empty.root'), '');
    await copyRootFile({
      from: sampleFile('mc/zee'),
      to: at('zee/d-profile.root'),
      entries: 100,
      identity: 7,
      keep: (branch) => branch !== 'met_et',
    });
    await copyRootFile({
      from: sampleFile('mc/zee'),
      to: at('zee/e-weights.root'),
      entries: 100,
      identity: 8,
      change: (branch, { values }) => {
        if (branch === 'mcWeight') (values as Float32Array).fill(Number.NaN);
      },
    });
    mkdirSync(at('zee/f-folder.root'));
    await made(at('ttbar/g-other-sample.root'), 9, 'mc/ttbar');
    await made(at('zee/z-good.root'), 2);
    const { context, stop } = await start();
    await until(() => taken(context).length === 2);
    // The channel of the other sample is there now.
    await made(at('zee/y-channel.root'), 10, 'mc/ttbar');
    await until(() => events(context, 'file_unusable').length === 6);
    await pause(500);
    assert.deepEqual(taken(context).sort(), ['ttbar/g-other-sample.root', 'zee/z-good.root']);
    const said = context.lines
      .filter(({ event }) => event === 'file_unusable')
      .map(({ file, code }) => [file, code])
      .sort();
    assert.deepEqual(said, [
      ['zee/a-damaged.root', 'root_truncated'],
      ['zee/b-text.root', 'root_not_a_root_file'],
      ['zee/c-empty.root', 'root_file_empty'],
      ['zee/d-profile.root', 'profile_mismatch'],
      ['zee/e-weights.root', 'weights_unusable'],
      ['zee/y-channel.root', 'channel_in_two_samples'],
    ]);
    const metrics = await context.metrics();
    for (const [, code] of said)
      assert.ok(
        metrics.includes(`\nrmmstream_stage_errors_total{stage="ingest",code="${code}"} 1\n`),
        `${code}`,
      );
    renameSync(at('aside/good.root'), at('zee/a-damaged.root'));
    await until(() => taken(context).length === 3);
    rmSync(at('zee/c-empty.root'));
    await stop();
  });
});

test('another file under a name that was taken is said, not read', async () => {
  await inWorld(async ({ folder, start }) => {
    const path = join(folder, 'zee/a.root');
    await made(path, 1);
    const { context, stop } = await start();
    await until(() => taken(context).length === 1);
    await made(path, 2, 'mc/zee', 900);
    await until(() => events(context, 'file_changed').length > 0);
    assert.equal(taken(context).length, 1);
    await stop();
  });
});

test('a limit of events holds over all files of a sample', async () => {
  await inWorld(
    async ({ folder, start }) => {
      for (const identity of [1, 2, 3]) await made(join(folder, `zee/${identity}.root`), identity);
      const { context, stop } = await start();
      await until(() => taken(context).length === 3);
      assert.deepEqual(
        context.view.state.files.map(({ entries }) => entries),
        [500, 300, 0],
      );
      await stop();
    },
    { input: { max_events: 800 } },
  );
});

test('sums of weights are those of the productions that were known', async () => {
  await inWorld(async ({ folder, start }) => {
    await made(join(folder, 'zee/a.root'), 1);
    const { context, stop } = await start();
    await until(() => taken(context).length === 1);
    await copyRootFile({
      from: sampleFile('mc/zee'),
      to: join(folder, 'zee/b.root'),
      entries: 500,
      identity: 2,
      change: (branch, { values }) => {
        if (branch !== 'SumWeights') return;
        for (let row = 0; row < values.length; row += 1) values[row] = 3 * Number(values[row]);
      },
    });
    await until(() => taken(context).length === 2);
    const [first, second] = context.view.state.files.map(({ sums }) => sums[0]![1]);
    assert.ok(Math.abs(second! / first! - 4) < 1e-6, 'a separate production is added');
    await stop();
  });
});
