import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { StudyFile } from '../../services/study/study.js';
import { inFolder, runCli, startCli } from '../support/cli.js';
import { runWell, shipped, writeConfig } from '../support/small-run.js';

const samples = [
  shipped('mc/zee', 'background'),
  shipped('mc/ttbar', 'background'),
  shipped('mc/wz', 'background'),
  shipped('mc/zprime2000_mumu', 'signal'),
];
const settings = {
  features: { min_filled: 20 },
  training: { epochs: 2, megasets: 2, batch_events: 256 },
  engine: { workers: 2 },
  evaluation: { bootstrap_samples: 20 },
  study: {
    scaling_factors: [1.5, 3, 10],
    shuffled_pairs: [20],
    dummy_shares: [0.5],
    injected_shares: [0.001, 0.1],
  },
};

function studyOf(output: string): { text: string; file: StudyFile } {
  const text = readFileSync(join(output, 'study', 'study.json'), 'utf8');
  return { text, file: JSON.parse(text) as StudyFile };
}

/** AUC of a score in the tasks of a study, by amount or sample. */
function areas({ tasks }: StudyFile, study: string, score: string): Record<string, number> {
  const found: Record<string, number> = {};
  for (const record of tasks) {
    const { task } = record;
    if (task.study !== study) continue;
    assert.ok('evaluation' in record, JSON.stringify(record));
    for (const [signal, { separation }] of Object.entries(record.evaluation.signals)) {
      const { auc } = separation[score]!;
      assert.ok('value' in auc, `${task.id} ${signal}: ${JSON.stringify(auc)}`);
      const name = task.type === 'altered' ? String(task.amount) : `${task.sample} ${task.share ?? signal}`;
      found[name] = auc.value;
    }
  }
  return found;
}

test('a study killed with -9 goes on, and ends with the numbers of one that was not, made with other workers', async () => {
  await inFolder(async (folder) => {
    const config = writeConfig(folder, samples, settings);
    const calm = join(folder, 'calm');
    const { stdout } = await runWell(['study', config, '--output', calm]);
    const { text: expected, file } = studyOf(calm);
    assert.match(stdout, /pt_scaling 10/);
    assert.match(stdout, /16 tasks/);

    const killed = join(folder, 'killed');
    const records = join(killed, 'study', '.work', 'records');
    const recorded = () =>
      existsSync(records) ? readdirSync(records).filter((name) => !name.startsWith('.')).length : 0;
    for (const least of [1, 4, 9]) {
      const { child, result } = startCli(['study', config, '--output', killed, '--set', 'study.parallel=1']);
      const deadline = performance.now() + 120_000;
      while (recorded() < least && performance.now() < deadline) await delay(5);
      child.kill('SIGKILL');
      await result;
    }
    const before = recorded();
    assert.ok(before >= 9 && before < 16, `${before} tasks on record`);
    const { stdout: rest } = await runWell(['study', config, '--output', killed]);
    assert.match(rest, new RegExp(`16 tasks, ${before} of them on record before`));
    assert.equal(studyOf(killed).text, expected);
    assert.deepEqual(readdirSync(join(killed, 'study')).sort(), ['.work', 'study.json']);
    assert.deepEqual(readdirSync(join(killed, 'study', '.work')).sort(), ['records']);

    // Larger changes are seen better, in the order of the factors.
    for (const study of ['pt_scaling', 'cell_scaling']) {
      const found = areas(file, study, 'error_normalised');
      assert.ok(found['1.5']! < found['3']! && found['3']! < found['10']!, JSON.stringify(found));
      assert.ok(found['1.5']! > 0.5 && found['10']! > 0.9, JSON.stringify(found));
    }
    // Events that are not changed are not told apart.
    assert.ok(Math.abs(areas(file, 'pt_scaling', 'met')['10']! - 0.5) < 1e-12);
    assert.ok(Math.abs(areas(file, 'shuffling', 'ht_plus_met')['20']! - 0.5) < 1e-12);
    assert.ok(areas(file, 'shuffling', 'error_normalised')['20']! > 0.6);
    assert.ok(areas(file, 'dummy', 'error_normalised')['0.5']! > 0.5);
    // Every channel both ways.
    assert.deepEqual(Object.keys(areas(file, 'removed', 'error')).sort(), [
      'ttbar ttbar',
      'wz wz',
      'zee zee',
    ]);
    assert.equal(Object.keys(areas(file, 'alone', 'error')).length, 6);
    // What was trained on stands out less.
    const injected = areas(file, 'contaminated', 'error_normalised');
    assert.ok(
      injected['zprime2000_mumu 0.1']! < injected['zprime2000_mumu 0.001']!,
      JSON.stringify(injected),
    );
  });
});

test('scores of objects are left out where an event has objects no more', async () => {
  await inFolder(async (folder) => {
    const config = writeConfig(folder, samples, {
      ...settings,
      scores: ['error', 'knn'],
      study: {
        channel_removal: false,
        scaling_factors: [3],
        reduced_scaling: false,
        dummy_shares: [],
        injected_shares: [],
      },
    });
    const output = join(folder, 'out');
    await runWell(['study', config, '--output', output]);
    const names = studyOf(output).file.tasks.map((record) => {
      assert.ok('evaluation' in record);
      return [record.task.id, Object.keys(record.evaluation.signals.altered!.separation).join()];
    });
    assert.deepEqual(names, [
      ['pt_scaling-3', 'met,ht_plus_met,error,knn'],
      ['shuffling-1', 'met,ht_plus_met,error'],
      ['shuffling-5', 'met,ht_plus_met,error'],
    ]);
  });
});

test('a channel that cannot be trained on alone is a result with its reason', async () => {
  await inFolder(async (folder) => {
    const config = writeConfig(folder, samples, {
      ...settings,
      // ttbar alone fills no column so often; all backgrounds together do.
      features: { min_filled: 1_700 },
      study: { scaling_factors: [], shuffled_pairs: [], dummy_shares: [], injected_shares: [] },
    });
    const output = join(folder, 'out');
    await runWell(['study', config, '--output', output]);
    const alone = studyOf(output).file.tasks.filter(({ task }) => task.id === 'alone-wz');
    assert.equal(alone.length, 1);
    assert.ok('notDefined' in alone[0]!, JSON.stringify(alone[0]));
    assert.match(alone[0].notDefined, /column|train/i);
  });
});

test('a task that was killed half-way does not stand in the way of a study with other settings', async () => {
  await inFolder(async (folder) => {
    const config = writeConfig(folder, [samples[0]!, samples[1]!], {
      ...settings,
      study: { scaling_factors: [], shuffled_pairs: [], dummy_shares: [], injected_shares: [] },
    });
    const output = join(folder, 'out');
    const work = join(output, 'study', '.work');
    const begun = () =>
      existsSync(work)
        ? readdirSync(work).filter((name) => existsSync(join(work, name, '.work', 'manifest.json')))
        : [];
    const { child, result } = startCli(['study', config, '--output', output, '--set', 'study.parallel=1']);
    const deadline = performance.now() + 120_000;
    while (begun().length === 0 && performance.now() < deadline) await delay(5);
    child.kill('SIGKILL');
    await result;
    assert.equal(begun().length, 1);
    await runWell(['study', config, '--output', output, '--fresh', '--set', 'training.epochs=1']);
    assert.equal(studyOf(output).file.tasks.length, 4);
    assert.deepEqual(readdirSync(work), ['records']);
  });
});

test('a study needs an end and one process', async () => {
  await inFolder(async (folder) => {
    const config = writeConfig(folder, samples, {
      ...settings,
      engine: { type: 'kafka', brokers: ['127.0.0.1:1'] },
    });
    const { code, stderr } = await runCli(['study', config, '--output', join(folder, 'out')]);
    assert.equal(code, 2);
    assert.match(stderr, /set input\.mode: bounded and engine\.type: embedded/);
  });
});
