import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { type RunOutcome, run } from '../../../services/pipeline/run.js';
import { phases } from '../../../services/pipeline/watch.js';
import { inFolder, outputDigests } from '../../support/cli.js';
import { loadForTest, quietSurroundings } from '../../support/inputs.js';
import { RecordedWatch } from '../../support/recorded-watch.js';
import { quick, sampleFile, shipped, smallSamples, writeConfig } from '../../support/small-run.js';

/** The smallest ranges, so that there are several. */
const ranges = { ...quick, engine: { workers: 2, range_events: 8192 } };

function start(
  folder: string,
  file: string,
  recorded?: RecordedWatch,
  signal = new AbortController().signal,
  more: Partial<Parameters<typeof run>[0]> = {},
): Promise<RunOutcome> {
  return run({
    ...quietSurroundings(),
    nowMs: () => performance.now(),
    wallMs: () => 1000,
    loaded: loadForTest(file, folder),
    signal,
    fresh: false,
    extend: false,
    until: 'scores',
    watch: recorded?.watch,
    ...more,
  });
}

const sizes = (folder: string) =>
  readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

test('a watch hears what run.json counts, and the outputs are those of a run without one', async () => {
  await inFolder(async (folder) => {
    const alone = writeConfig(
      folder,
      smallSamples,
      { ...ranges, output: { directory: 'alone' } },
      'alone.yaml',
    );
    await start(folder, alone);
    const file = writeConfig(folder, smallSamples, { ...ranges, output: { directory: 'out' } });
    const heard = new RecordedWatch();
    const { directory, report } = await start(folder, file, heard);
    assert.deepEqual(outputDigests(directory), outputDigests(join(folder, 'alone')));

    const { read, selected, rejected, scored } = report.events;
    assert.deepEqual([heard.sum('ingest', 'eventsIn'), heard.sum('ingest', 'eventsOut')], [read, read]);
    assert.deepEqual(
      [heard.sum('selector', 'eventsIn'), heard.sum('selector', 'eventsOut')],
      [read, selected],
    );
    const counted: Record<string, number> = {};
    for (const { rejected: reasons = {} } of heard.batches('selector'))
      for (const [reason, events] of Object.entries(reasons))
        counted[reason] = (counted[reason] ?? 0) + events;
    assert.ok(Object.keys(counted).length > 0);
    for (const [reason, events] of Object.entries(counted))
      assert.equal(events, (rejected as Record<string, number>)[reason], reason);
    assert.equal(heard.sum('featurizer', 'eventsOut'), selected);
    assert.equal(heard.sum('featurizer', 'bytesOut'), sizes(join(directory, 'features')));
    assert.deepEqual([heard.sum('scorer', 'eventsIn'), heard.sum('scorer', 'eventsOut')], [scored, scored]);
    assert.equal(heard.sum('scorer', 'bytesIn'), sizes(join(directory, 'features')));
    assert.equal(heard.sum('scorer', 'bytesOut'), sizes(join(directory, 'scores')));
    const files = smallSamples.reduce((sum, { files }) => sum + statSync(files[0]!).size, 0);
    // Some branches only.
    assert.ok(heard.sum('ingest', 'bytesIn') > 0.1 * files && heard.sum('ingest', 'bytesIn') < files);
    for (const stage of ['ingest', 'selector', 'featurizer', 'scaler_moments', 'trainer', 'scorer'] as const)
      assert.ok(heard.sum(stage, 'seconds') > 0, stage);

    const states = heard.all('phase').filter(([, state]) => state !== 'running');
    assert.deepEqual(
      states.map(([name, state]) => [name, state]),
      phases.flatMap((name) => [
        [name, 'started'],
        [name, 'finished'],
      ]),
    );
    for (const stage of ['ingest', 'scorer', 'trainer'] as const) {
      const [, position, end] = heard.all('waiting').findLast(([of]) => of === stage)!;
      assert.ok(end > 0 && position === end, stage);
    }
    for (const stage of ['ingest', 'scorer'] as const) {
      const held = heard.all('queue').filter(([of]) => of === stage);
      assert.ok(
        held.some(([, batches, bytes]) => batches === 2 && bytes > 0),
        stage,
      );
      assert.deepEqual(held.at(-1)!.slice(1), [0, 0]);
    }
    assert.deepEqual(
      heard.all('model').map(([{ version }]) => version),
      [report.model],
    );
    assert.deepEqual(heard.all('scaler'), [[{ version: report.scaler.id, madeMs: 1000 }]]);
    assert.deepEqual(
      heard.all('epoch').map(([{ loss }]) => loss),
      report.training.epochs.map(({ loss }) => loss),
    );
    assert.ok(heard.all('checkpoint').some(([stage, atMs]) => stage === 'trainer' && atMs === 1000));
    assert.deepEqual(
      heard
        .all('scored')
        .map(([{ path }]) => path)
        .sort(),
      readdirSync(join(directory, 'scores'))
        .map((name) => join(directory, 'scores', name))
        .sort(),
    );

    const again = new RecordedWatch();
    assert.equal((await start(folder, file, again)).state, 'finished-before');
    assert.deepEqual(again.all('batch'), []);
  });
});

test('what an earlier process had finished is not told as new work', async () => {
  await inFolder(async (folder) => {
    const file = writeConfig(folder, [shipped('mc/zee', 'background'), shipped('mc/ttbar', 'background')], {
      ...quick,
      engine: { workers: 1, range_events: 8192 },
      output: { directory: 'out' },
    });
    /** Interrupts the run once `stage` has finished its first range. */
    const interrupted = async (stage: string) => {
      const stop = new AbortController();
      const heard = new RecordedWatch((name, [of]) => {
        if (name === 'checkpoint' && of === stage) stop.abort(new RmmError('interrupted', 'for the test'));
      });
      await assert.rejects(start(folder, file, heard, stop.signal), { code: 'interrupted' });
      return heard;
    };
    const first = await interrupted('ingest');
    assert.deepEqual(first.all('error'), [], 'somebody asked for it');
    assert.deepEqual(first.all('phase').at(-1)!.slice(0, 2), ['features', 'stopped']);
    const second = await interrupted('trainer');
    const third = await interrupted('scorer');
    const fourth = new RecordedWatch();
    const { report } = await start(folder, file, fourth);

    assert.ok(first.batches('ingest').length > 0 && second.batches('ingest').length > 0);
    assert.equal(first.sum('ingest', 'eventsIn') + second.sum('ingest', 'eventsIn'), report.events.read);
    assert.deepEqual(third.batches('ingest'), []);
    assert.deepEqual(fourth.batches('trainer'), []);
    assert.ok(third.sum('scorer', 'eventsOut') > 0 && fourth.sum('scorer', 'eventsOut') > 0);
    assert.equal(third.sum('scorer', 'eventsOut') + fourth.sum('scorer', 'eventsOut'), report.events.scored);

    const started = second.all('phase').find(([name, state]) => name === 'features' && state === 'started');
    assert.equal(started![2]!.done, first.sum('ingest', 'eventsIn'));
    assert.equal(
      second.all('waiting').find(([stage]) => stage === 'ingest')![1],
      first.batches('ingest').length,
    );
    // What training has before it is what no process has done.
    const trained = second.sum('trainer', 'eventsIn');
    const trains = (heard: RecordedWatch) => heard.all('waiting').filter(([stage]) => stage === 'trainer');
    const [[, begins, all]] = trains(third) as [['trainer', number, number]];
    assert.ok(trained > 0 && third.sum('trainer', 'eventsIn') > 0);
    assert.equal(begins, trained);
    assert.equal(all, trained + third.sum('trainer', 'eventsIn'));
    assert.deepEqual(trains(third).at(-1), ['trainer', all, all]);
    const begun = third.all('phase').find(([name, state]) => name === 'train' && state === 'started');
    assert.deepEqual(begun![2], { done: trained, total: all });
    assert.deepEqual(trains(fourth), [['trainer', all, all]]);
    const scored = fourth.all('scored').map(([range]) => range);
    assert.equal(scored.filter(({ earlier }) => earlier).length, third.all('scored').length);
    assert.equal(new Set(scored.map(({ name }) => name)).size, scored.length);
    assert.deepEqual(
      fourth.all('model').map(([{ version }]) => version),
      [report.model],
    );
    // An earlier process froze the scaler, no later than it made the model.
    assert.deepEqual(fourth.all('scaler'), [
      [{ version: report.scaler.id, madeMs: fourth.all('model')[0]![0].madeMs }],
    ]);
    const states = fourth.all('phase').filter(([, state]) => state !== 'running');
    assert.deepEqual(
      states.map(([name, state]) => [name, state]),
      phases.flatMap((name) => [
        [name, 'started'],
        [name, 'finished'],
      ]),
    );
  });
});

test('features that were lost end the run with the error of who reads them, also where it is watched', async () => {
  await inFolder(async (folder) => {
    const file = writeConfig(folder, smallSamples, { ...ranges, output: { directory: 'out' } });
    const heard = new RecordedWatch((name) => {
      if (name !== 'model') return;
      const features = join(folder, 'out', 'features');
      for (const lost of readdirSync(features)) rmSync(join(features, lost));
    });
    await assert.rejects(start(folder, file, heard), { code: 'io_failed' });
    assert.deepEqual(heard.all('error'), [['scorer', 'io_failed']]);
    assert.deepEqual(heard.all('queue').at(-1), ['scorer', 0, 0]);
  });
});

test('an error is told with its code, at the stage of the phase that it ends', async () => {
  await inFolder(async (folder) => {
    const bytes = readFileSync(sampleFile('mc/zee'));
    // Somewhere in the baskets: directory and tree are at the end.
    bytes.fill(0xff, 20_000, 60_000);
    writeFileSync(join(folder, 'damaged.root'), bytes);
    const damaged = { name: 'damaged', kind: 'background', files: [join(folder, 'damaged.root')] } as const;
    const file = writeConfig(folder, [damaged], { ...ranges, output: { directory: 'out' } });
    const heard = new RecordedWatch();
    const failure = await start(folder, file, heard).then(
      () => assert.fail('a damaged file was read'),
      (error: unknown) => error as RmmError,
    );
    assert.deepEqual(heard.all('error'), [['ingest', failure.code]]);
    assert.equal(heard.all('phase').at(-1)![1], 'failed');
  });
});

test('the time for which a run is held is no work of the trainer', async () => {
  await inFolder(async (folder) => {
    const file = writeConfig(folder, smallSamples, { ...ranges, output: { directory: 'out' } });
    const heard = new RecordedWatch();
    // A clock that goes on only while the run is held: an hour before every other task and step.
    let [heldMs, isHeld] = [0, false];
    await start(folder, file, heard, undefined, {
      nowMs: () => heldMs,
      gate() {
        isHeld = !isHeld;
        if (!isHeld) return undefined;
        heldMs += 3_600_000;
        return Promise.resolve();
      },
    });
    assert.ok(heard.batches('trainer').length > 4);
    assert.equal(heard.sum('trainer', 'seconds'), 0);
  });
});

test('epochs of an ensemble say of which network and pass they are', async () => {
  await inFolder(async (folder) => {
    const file = writeConfig(folder, smallSamples, {
      ...ranges,
      scores: ['error', { type: 'ensemble', of: 'error', members: 2 }],
      training: { ...quick.training, epochs: 1, megasets: 1, passes: 2 },
      output: { directory: 'out' },
    });
    const heard = new RecordedWatch();
    await start(folder, file, heard);
    const places = heard.all('epoch').map(([epoch]) => epoch);
    assert.deepEqual(
      places.map(({ network, networks, pass, passes, megaset }) => [
        network,
        networks,
        pass,
        passes,
        megaset,
      ]),
      [
        [0, 2, 0, 2, 0],
        [0, 2, 1, 2, 0],
        [1, 2, 0, 2, 0],
        [1, 2, 1, 2, 0],
      ],
    );
  });
});
