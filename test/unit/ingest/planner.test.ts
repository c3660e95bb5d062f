import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { type LoadedConfig, loadConfig } from '../../../lib/config/index.js';
import { planBounded, startRun } from '../../../services/ingest/planner.js';
import { manifestOf } from '../../../services/pipeline/manifest.js';
import { FakeKafka, type Trouble } from '../../sim/support/fake-kafka.js';
import { inFolder } from '../../support/cli.js';
import { clusterOf, openContext, soon, tenureOf } from '../../support/service-context.js';
import { shipped, smallSamples, writeConfig } from '../../support/small-run.js';

/** Data are not weighed, which takes most of the time. */
const quick = [shipped('data/periodA', 'data'), shipped('mc/zprime2000_mumu', 'data')];
const engine = { type: 'kafka', brokers: ['fake:1'] };

async function inWorld(
  body: (world: { loaded: LoadedConfig; folder: string }) => Promise<void>,
  samples = smallSamples,
): Promise<void> {
  await inFolder(async (folder) => {
    const file = writeConfig(folder, samples, { engine });
    const loaded = loadConfig({ file, environment: {}, currentDirectory: folder, needs: 'none' });
    await body({ loaded, folder });
  });
}

async function plan(cluster: FakeKafka, loaded: LoadedConfig, signal?: AbortSignal, name?: string) {
  const context = openContext(cluster, loaded, name === undefined ? {} : { name });
  const tenure = await tenureOf(context, { id: 'planner', ...(signal === undefined ? {} : { signal }) });
  try {
    await planBounded(context, tenure);
    return context.view.state;
  } finally {
    await context.close();
  }
}

const types = (cluster: FakeKafka) =>
  cluster
    .committed('rmmstream.progress')[0]!
    .map(({ key }) => key)
    .join(' ');

test('a plan names the run, every file with its weights, and their end', async () => {
  await inWorld(async ({ loaded }) => {
    const cluster = clusterOf(loaded);
    const state = await plan(cluster, loaded);
    assert.equal(types(cluster), 'run file file file planned');
    assert.deepEqual(
      state.files.map(({ sample, kind, entries, blocks, weights }) => [
        sample,
        kind,
        entries,
        blocks,
        weights?.entries,
      ]),
      [
        ['zee', 'background', 2894, 1, 2894],
        ['ttbar', 'background', 5058, 1, 5058],
        ['zprime2000_mumu', 'signal', 872, 1, 872],
      ].map((expected, index) => [
        ...expected.slice(0, 2),
        state.files[index]!.entries,
        1,
        state.files[index]!.entries,
      ]),
    );
    assert.ok(state.files.every(({ median_weight, entries }) => median_weight > 0 && entries > 500));
    assert.deepEqual(state.planned, { type: 'planned', files: 3, blocks: 3 });
    assert.equal(state.run?.mode, 'bounded');
    assert.equal(state.run?.inputs.length, 3);
    // Another holder of the role finds that there is nothing to do.
    await plan(cluster, loaded);
    assert.equal(types(cluster), 'run file file file planned');
  });
});

test('a plan that its first holder left half done is completed by the next, with the same records', async () => {
  await inWorld(async ({ loaded }) => {
    const whole = clusterOf(loaded);
    await plan(whole, loaded);
    const records = (cluster: FakeKafka) =>
      cluster
        .committed('rmmstream.progress')[0]!
        .map(({ value }) => value!.toString())
        .slice(1);
    for (const last of ['run', 'file', 'planned']) {
      let commits = 0;
      const count = { run: 1, file: 2, planned: 3 }[last];
      const trouble: Trouble = async (client, operation, when) => {
        if (client === 'first' && operation === 'commit' && when === 'after' && ++commits === count)
          context.client.kill();
      };
      const cluster = clusterOf(loaded, new FakeKafka(trouble));
      const context = openContext(cluster, loaded, { name: 'first' });
      const tenure = await tenureOf(context, { id: 'planner' });
      void planBounded(context, tenure);
      while (context.client.isAlive) await soon();
      await plan(cluster, loaded);
      assert.equal(types(cluster), 'run file file planned', last);
      assert.deepEqual(records(cluster), records(whole));
    }
  }, quick);
});

test('a drain at any moment puts no wrong plan on record', async () => {
  await inWorld(async ({ loaded }) => {
    for (let moment = 1; ; moment += 1) {
      const stop = new AbortController();
      let operations = 0;
      const cluster = clusterOf(
        loaded,
        new FakeKafka(async (client, operation) => {
          if (client === 'first' && operation !== 'fetch' && ++operations === moment) stop.abort();
        }),
      );
      await plan(cluster, loaded, stop.signal, 'first').catch((error: Error) => {
        if (error.name !== 'AbortError') throw error;
      });
      const done = operations < moment;
      const state = await plan(cluster, loaded);
      assert.deepEqual(state.planned, { type: 'planned', files: 2, blocks: 2 }, `stopped at ${moment}`);
      assert.equal(types(cluster), 'run file file planned', `stopped at ${moment}`);
      if (done) break;
    }
  }, quick);
});

test('topics that hold another run are refused', async () => {
  await inWorld(async ({ loaded }) => {
    const cluster = clusterOf(loaded);
    const context = openContext(cluster, loaded, { name: 'killed' });
    const first = await tenureOf(context, { id: 'planner' });
    // A holder that got no further than the run.
    await startRun(context, first, manifestOf(loaded, []));
    await context.close();
    await assert.rejects(plan(cluster, loaded), {
      code: 'run_changed',
      message: /topics with the prefix rmmstream hold another run/,
    });
  });
});

test('a file that is gone ends the planning with its name', async () => {
  await inWorld(async ({ loaded, folder }) => {
    const [sample] = loaded.samples;
    const path = join(folder, 'moved.root');
    const moved = { ...loaded, samples: [{ ...sample!, files: [{ name: 'moved.root', path }] }] };
    await assert.rejects(plan(clusterOf(loaded), moved), { code: 'root_file_missing' });
  });
});
