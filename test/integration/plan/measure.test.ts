import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { blockEntries } from '../../../lib/flow/ranges.js';
import { type Measured, measure } from '../../../services/plan/measure/measure.js';
import { measuredRates } from '../../../services/plan/rates.js';
import { inFolder, runCli } from '../../support/cli.js';
import { loadForTest, quietSurroundings } from '../../support/inputs.js';
import { quick, runWell, smallSamples, writeConfig } from '../../support/small-run.js';

/** Measures by a clock that goes on by a millisecond whenever it is asked: times are counts of laps. */
async function measuredByLaps(folder: string, file: string): Promise<Measured> {
  let ms = 0;
  return measure({
    ...quietSurroundings(),
    loaded: loadForTest(file, folder),
    folder: join(folder, 'measured'),
    seconds: 0,
    nowMs: () => {
      ms += 1;
      return ms;
    },
    processorSeconds: () => ms / 2000,
  });
}

test('every stage is timed by itself, over all blocks, and sizes are those that a run leaves', () =>
  inFolder(async (folder) => {
    const file = writeConfig(folder);
    const { rates, entries, selected, trained, bytesPerEvent, coreShare } = await measuredByLaps(
      folder,
      file,
    );
    const out = join(folder, 'out');
    await runWell(['run', file, '--output', out]);
    const run = JSON.parse(readFileSync(join(out, 'run.json'), 'utf8')) as {
      readonly events: { readonly read: number; readonly selected: number };
      readonly training: { readonly rows: number };
      readonly inputs: readonly { readonly entries: number; readonly bytes: number }[];
    };
    assert.deepEqual([entries, selected, trained], [run.events.read, run.events.selected, run.training.rows]);
    const bytes = run.inputs.reduce((sum, input) => sum + input.bytes, 0);
    assert.equal(bytesPerEvent, bytes / entries);

    // A lap of 1 ms a block for each stage; sinks have another for the file of their window.
    const blocks = run.inputs.reduce((sum, input) => sum + Math.ceil(input.entries / blockEntries), 0);
    assert.equal(blocks, 3);
    const near = (found: number, expected: number) =>
      assert.ok(Math.abs(found / expected - 1) < 1e-9, `${found}, expected ${expected}`);
    near(rates.ingest, (1000 * entries) / blocks);
    near(rates.selector, (1000 * entries) / blocks);
    for (const stage of ['featurizer', 'moments', 'scaler'] as const)
      near(rates[stage], (1000 * selected) / blocks);
    for (const stage of ['feature_files', 'scorer'] as const)
      near(rates[stage], (1000 * selected) / (blocks + 1));
    assert.ok(rates.trainer > 0 && Number.isFinite(rates.trainer));
    // Half a second of processor for each of the clock, of which the last look takes one more.
    assert.ok(coreShare > 0.45 && coreShare <= 0.5, `${coreShare}`);

    // The shipped sample's sizes on the topics are on record; three of its files are not far from them.
    for (const name of ['events_bytes', 'selected_bytes', 'features_bytes', 'scaled_bytes'] as const)
      assert.ok(Math.abs(rates[name] / measuredRates[name] - 1) < 0.35, `${name} ${rates[name]}`);
    const ofRun = (name: string) => bytesIn(join(out, name)) / selected;
    const within = (found: number, expected: number) =>
      assert.ok(Math.abs(found / expected - 1) < 0.1, `${found}, a run has ${expected}`);
    within(rates.feature_file_bytes, ofRun('features'));
    within(rates.score_file_bytes, ofRun('scores'));
  }));

function bytesIn(folder: string): number {
  return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}

test('a plan is made from what was measured, says so, and its rates can be given to another', () =>
  inFolder(async (folder) => {
    // No broker is needed to measure for one, nor an end of the input.
    const engine = { type: 'kafka', brokers: ['nowhere.invalid:1'], workers: 2 };
    const config = writeConfig(folder, smallSamples, { ...quick, engine });
    const asked = ['plan', '--events', '1e9', '--hours', '240'];
    const measuring = ['--measure', config, '--max-events', '1500', '--set', 'input.mode=continuous'];
    const { stdout } = await runWell([...asked, ...measuring, '--rate', 'selector=1e6', '--json'], folder);
    const plan = JSON.parse(stdout) as {
      readonly asked: Readonly<Record<string, number>>;
      readonly rates: Readonly<Record<string, number>>;
      readonly rates_from: Readonly<Record<string, string>>;
      readonly measured: readonly string[];
      readonly copies: object;
    };
    // The signal has 600 entries.
    assert.match(plan.measured[0]!, /^Measured with 3600 entries: /);
    assert.equal(plan.asked.epochs, quick.training.epochs);
    assert.deepEqual(
      ['ingest', 'trainer', 'selector', 'broker_write'].map((name) => plan.rates_from[name]),
      [`measured on ${config}`, `measured on ${config}`, '--rate', 'docs/benchmarks.md'],
    );
    for (const [name, rate] of Object.entries(plan.rates))
      assert.equal(Number(rate.toPrecision(3)), rate, `${name}: no more digits than are known`);

    writeFileSync(join(folder, 'ours.json'), JSON.stringify(plan.rates));
    const given = ['bytes_per_event', 'selected', 'trained', 'epochs'].flatMap((name) => [
      `--${name.replaceAll('_', '-')}`,
      String(plan.asked[name]),
    ]);
    const again = await runWell([...asked, ...given, '--rates', 'ours.json', '--json'], folder);
    assert.deepEqual((JSON.parse(again.stdout) as typeof plan).copies, plan.copies);
    assert.deepEqual(readdirSync(folder).sort(), ['analysis.yaml', 'ours.json'], 'nothing is left behind');
  }));

test('options of a measurement without one, and a configuration that is not there, are told', () =>
  inFolder(async (folder) => {
    const asked = ['plan', '--events', '1e9', '--hours', '24'];
    for (const [args, message] of [
      [['--max-events', '5', '--bytes-per-event', '5'], /--max-events and --set are for .*--measure/],
      [['--measure', 'nowhere.yaml'], /nowhere.yaml/],
      [['--measure', '--events', '0'], /--events 0: expected a whole number from 1/],
      [[], /--bytes-per-event is missing: give it, or --measure/],
    ] as const) {
      const { code, stderr } = await runCli([...asked, ...args], { cwd: folder });
      assert.equal(code, 2, stderr);
      assert.match(stderr, message);
    }
  }));
