import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { BatchFileReader } from '../../lib/columnar/arrow/batch-file.js';
import { featureSchema, fromFeatureBatch } from '../../lib/columnar/arrow/feature-batch.js';
import { HighLevelRows } from '../../services/featurizer/high-level.js';
import { fromBatchColumns } from '../../services/featurizer/row-columns.js';
import { loadForTest } from '../support/inputs.js';
import { quick, runWell, sampleFile, smallSamples, writeConfig } from '../support/small-run.js';
import { type PlainTable, readTables } from '../support/tables.js';

const columns = [
  'error',
  'error_normalised',
  'knn',
  'mahalanobis',
  'rank_average',
  'ensemble_error',
  'ensemble_error_spread',
] as const;
const settings = {
  ...quick,
  training: { ...quick.training, seed: 11 },
  scores: [
    'error',
    'error_normalised',
    { type: 'knn', neighbours: 5, reference_events: 1000 },
    'mahalanobis',
    { rank_average: ['error_normalised', 'knn'] },
    { type: 'ensemble', of: 'error', members: 2 },
  ],
};

const root = mkdtempSync(join(tmpdir(), 'rmmstream-scores-'));
const out = join(root, 'out');
let config = '';
let closing = '';
let scores: PlainTable = {};

before(async () => {
  config = writeConfig(root, smallSamples, settings);
  closing = (await runWell(['run', config, '--output', out])).stdout;
  scores = await readTables(join(out, 'scores'));
});
after(() => rmSync(root, { recursive: true, force: true }));

const rows = () => scores.entry!.length;
const column = (name: string) => scores[name] as number[];
const json = (...path: string[]) => JSON.parse(readFileSync(join(out, ...path), 'utf8'));

test('every score is a column, in the order of the configuration, with finite values', () => {
  const names = Object.keys(scores);
  const first = names.indexOf('error');
  assert.deepEqual(names.slice(first, first + columns.length + 1), [...columns, 'log10_error']);
  assert.ok(rows() > 4000);
  for (const name of columns) assert.ok(column(name).every(Number.isFinite), name);
});

test('run.json says how each score was made and how well it tells signals, and the closing table shows it', () => {
  const report = json('run.json');
  assert.deepEqual(report.scores, {
    error: { type: 'error' },
    error_normalised: { type: 'error_normalised', floor_fraction: 0.001 },
    knn: { type: 'knn', neighbours: 5, reference_events: 1000, reference_weighting: 'abs' },
    mahalanobis: { type: 'mahalanobis' },
    rank_average: {
      type: 'rank_average',
      of: {
        error_normalised: { type: 'error_normalised', floor_fraction: 0.001 },
        knn: { type: 'knn', neighbours: 5, reference_events: 1000, reference_weighting: 'abs' },
      },
    },
    ensemble_error: { type: 'ensemble', of: 'error', takes: 'mean', seeds: [11, 12] },
    ensemble_error_spread: { type: 'ensemble', of: 'error', takes: 'spread', seeds: [11, 12] },
  });
  const { separation } = report.evaluation.signals.zprime2000_mumu;
  assert.deepEqual(Object.keys(separation), ['met', 'ht_plus_met', ...columns]);
  for (const name of columns) assert.ok(separation[name].auc.value > 0.9, name);
  const header = closing.split('\n').find((line) => line.startsWith('weighted AUC'))!;
  for (const name of columns) assert.ok(header.includes(name), name);
});

test('an ensemble of two has the first network as a member, and a second one that differs', () => {
  const [error, mean, spread] = [column('error'), column('ensemble_error'), column('ensemble_error_spread')];
  let differing = 0;
  for (let row = 0; row < rows(); row += 1) {
    // (a + b) / 2 and abs(a - b) / 2.
    assert.ok(Math.abs(Math.abs(error[row]! - mean[row]!) - spread[row]!) < 1e-5 * (1 + mean[row]!));
    if (spread[row]! > 1e-3 * mean[row]!) differing += 1;
  }
  assert.ok(differing > rows() / 2, 'two seeds are two networks');
});

test('ranks of test background are even, and those of a far signal at their end', () => {
  const ranks = column('rank_average');
  assert.ok(ranks.every((rank) => rank >= 0 && rank <= 1));
  let weight = 0;
  let sum = 0;
  for (let row = 0; row < rows(); row += 1) {
    if (scores.split![row] !== 'test') continue;
    const w = Math.abs(column('weight')[row]!);
    weight += w;
    sum += w * ranks[row]!;
  }
  assert.ok(Math.abs(sum / weight - 0.5) < 0.04, `mean rank of the test part ${sum / weight}`);
  const signal = ranks.filter((_, row) => scores.kind![row] === 'signal');
  assert.ok(signal.reduce((total, rank) => total + rank, 0) / signal.length > 0.95);
});

test('distances are those that brute force finds from the model folder and the feature files', () => {
  const { mean, deviation } = json('model', 'high_level.json') as Record<string, number[]>;
  const bytes = readFileSync(join(out, 'model', 'high_level.bin'));
  const reference = Array.from({ length: bytes.length / 60 }, (_, row) =>
    Array.from({ length: 15 }, (_, index) => bytes.readFloatLE(60 * row + 4 * index)),
  );
  assert.equal(reference.length, 1000);
  const highLevel = new HighLevelRows(loadForTest(config, root).config);
  const knn = new Map<string, number>();
  for (let row = 0; row < rows(); row += 1)
    knn.set(`${scores.sample![row]} ${scores.entry![row]}`, column('knn')[row]!);
  let compared = 0;
  for (const name of readdirSync(join(out, 'features'))) {
    const reader = new BatchFileReader(join(out, 'features', name), featureSchema);
    const batch = reader.batch(0);
    const { entry, mll } = fromBatchColumns(batch);
    const values = highLevel.of(fromFeatureBatch(batch).features, mll);
    for (let row = 0; row < batch.rows; row += 97) {
      const z = Array.from({ length: 15 }, (_, index) =>
        Math.fround((values[15 * row + index]! - mean![index]!) / deviation![index]!),
      );
      const distances = reference
        .map((other) => Math.sqrt(other.reduce((sum, value, index) => sum + (value - z[index]!) ** 2, 0)))
        .sort((a, b) => a - b);
      const nearest = distances[0] === 0 ? distances.slice(1, 6) : distances.slice(0, 5);
      const expected = nearest.reduce((sum, distance) => sum + distance, 0) / 5;
      const found = knn.get(`${batch.source.facts!.sample} ${entry[row]}`)!;
      assert.ok(Math.abs(found - expected) < 1e-5 * (1 + expected), `${found}, expected ${expected}`);
      compared += 1;
    }
    reader.close();
  }
  assert.ok(compared > 40, `${compared} rows`);
});

test('score with the finished model gives the same scores, bit for bit', async () => {
  const again = join(root, 'again');
  const input = sampleFile('mc/zprime2000_mumu');
  await runWell(['score', '--model', join(out, 'model'), '--input', input, '--output', again]);
  const scored = await readTables(join(again, 'scores'));
  const expected = new Map<string, number>();
  for (let row = 0; row < rows(); row += 1)
    if (scores.sample![row] === 'zprime2000_mumu') expected.set(String(scores.entry![row]), row);
  assert.equal(scored.entry!.length, expected.size);
  for (const [at, entry] of scored.entry!.entries())
    for (const name of columns)
      assert.equal(
        scored[name]![at],
        scores[name]![expected.get(String(entry))!],
        `${name} of entry ${entry}`,
      );
  const report = JSON.parse(readFileSync(join(again, 'run.json'), 'utf8'));
  assert.deepEqual(report.scores, json('run.json').scores);
});
