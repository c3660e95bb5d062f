/**
 * Mean distance to the nearest neighbours on one thread, beside scikit-learn and beside AE small's own scores of the
 * same events: node dist/bench/neighbours.js [--python PYTHON] [--rounds 3] [--folder F]
 *
 * Reference and background queries are events of a run over the background files; a signal (Z to e mu, which
 * lies between the clusters of the background) shows what far-away events cost. Best processor time of all rounds.
 */
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../lib/base/package-root.js';
import { BatchFileReader } from '../lib/columnar/arrow/batch-file.js';
import { featureSchema, fromFeatureBatch } from '../lib/columnar/arrow/feature-batch.js';
import { planExpansion } from '../lib/learning/expansion-plan.js';
import { backendCandidates, findBackend } from '../lib/learning/find-backend.js';
import { createScoreColumns, RowScorer, scoringBatch } from '../lib/learning/score-rows.js';
import { rowCovariance } from '../lib/learning/scores/covariance.js';
import { HighLevelScorer } from '../lib/learning/scores/high-level-scorer.js';
import { freezeReference, standardise, usualNeighbours } from '../lib/learning/scores/reference.js';
import { ReferenceSample, usualReference } from '../lib/learning/scores/reference-sample.js';
import { inverseUsualErrors } from '../lib/learning/usual-errors.js';
import { HighLevelKernel, highLevelCount, highLevelNames } from '../lib/physics/high-level.js';
import { split } from '../lib/physics/identity.js';
import { PatternTable } from '../lib/physics/patterns.js';
import { rmmLayout } from '../lib/physics/rmm/index.js';
import { fromBatchColumns } from '../services/featurizer/row-columns.js';
import { loadModel } from '../services/scorer/model-folder.js';
import { backgroundFiles, benchFolder } from './support/inputs.js';
import { benchPython, option, print, printRatio, rmmstream } from './support/measured.js';
import { bestOf, Rival, type Taken, timed } from './train-rival.js';

const sizes = [usualReference.size, 5000];
const most = 8192;
const layout = rmmLayout();

interface Block {
  readonly sample: string;
  readonly features: ReturnType<typeof fromFeatureBatch>['features'];
  readonly columns: ReturnType<typeof fromBatchColumns>;
  readonly values: Float32Array;
}

function blocksOf(features: string): Block[] {
  const kernel = new HighLevelKernel(layout);
  return readdirSync(features).flatMap((name) => {
    const reader = new BatchFileReader(join(features, name), featureSchema);
    return Array.from({ length: reader.batches }, (_, number) => {
      const batch = reader.batch(number);
      const { features: rows } = fromFeatureBatch(batch);
      const columns = fromBatchColumns(batch);
      const values = new Float32Array(rows.rows * highLevelCount);
      kernel.fill(rows, columns.mll, values);
      return { sample: name.slice(0, name.indexOf('.')), features: rows, columns, values };
    });
  });
}

/** A run over the background and one signal, whose features and model are used. */
function madeRun(folder: string): string {
  const output = join(folder, 'neighbours');
  if (existsSync(join(output, 'run.json'))) return output;
  print('running over background and signal ...');
  const signal = join(packageRoot, 'samples/mc/lfv_z_emu.root');
  const samples = [
    ...backgroundFiles().map((file, index) => ({ name: `b${index}`, kind: 'background', files: [file] })),
    { name: 'signal', kind: 'signal', files: [signal] },
  ];
  const configuration = join(folder, 'neighbours.yaml');
  writeFileSync(
    configuration,
    JSON.stringify({ input: { samples }, training: { epochs: 2, megasets: 1, seed: 1 } }),
  );
  rmmstream('run', configuration, '--output', output, '--workers', '2', '--fresh');
  return output;
}

function take(blocks: readonly Block[], wanted: (block: Block, row: number) => boolean): Float32Array {
  const values: number[] = [];
  for (const block of blocks) {
    for (let row = 0; row < block.features.rows && values.length < most * highLevelCount; row++) {
      if (wanted(block, row)) {
        values.push(...block.values.subarray(row * highLevelCount, (row + 1) * highLevelCount));
      }
    }
  }
  return Float32Array.from(values);
}

const folder = benchFolder();
const output = madeRun(folder.path);
const blocks = blocksOf(join(output, 'features'));
const mask = ({ columns }: Block) => columns.split.map((code) => (code === split.train ? 1 : 0));
const all = Float32Array.from(blocks.flatMap(({ values }) => [...values]));
const moments = rowCovariance(
  all,
  all.length / highLevelCount,
  highLevelCount,
  Uint8Array.from(blocks.flatMap((block) => [...mask(block)])),
);
// Every fifth row: the events of one file follow each other.
const background = take(blocks, ({ columns }, row) => columns.split[row] === split.test && row % 5 === 0);
const signal = take(blocks, ({ sample }) => sample === 'signal');
const count = background.length / highLevelCount;

const contestants: Record<string, () => Promise<Taken>> = {};
const rows: Record<string, number> = {};
function contestant(name: string, events: number, run: () => Promise<Taken>): void {
  contestants[name] = run;
  rows[name] = events;
}

const paths: string[] = [];
for (const size of sizes) {
  const sample = new ReferenceSample({
    size,
    columns: highLevelCount,
    weighting: usualReference.weighting,
    seed: 1,
  });
  for (const block of blocks) {
    sample.add({
      rows: block.features.rows,
      values: block.values,
      hashHigh: block.columns.hash_high,
      hashLow: block.columns.hash_low,
      source: block.sample,
      entries: block.columns.entry,
      weights: block.columns.weight,
      mask: mask(block),
    });
  }
  const reference = freezeReference(highLevelNames, moments, sample);
  const scorer = new HighLevelScorer(reference);
  for (const [name, values] of Object.entries({ background, signal })) {
    const events = values.length / highLevelCount;
    const knn = new Float64Array(events);
    scorer.score(values, events, { knn });
    contestant(`rmmstream, ${size}, ${name}`, events, () =>
      timed(() => scorer.score(values, events, { knn })),
    );
  }
  const path = join(folder.path, `reference-${size}.f32`);
  writeFileSync(path, reference.values);
  paths.push(path);
  if (size !== sizes[0]) continue;
  const mahalanobis = new Float64Array(count);
  contestant('rmmstream, Mahalanobis', count, () =>
    timed(() => scorer.score(background, count, { mahalanobis })),
  );
  const scaled = new Float32Array(background.length);
  standardise(background, count, reference.mean, reference.deviation, scaled);
  const queries = join(folder.path, 'queries.f32');
  writeFileSync(queries, scaled);
  paths.push(queries);
}

const { model } = loadModel(join(output, 'model'));
const plan = planExpansion(model.scaler);
const { backend } = await findBackend('auto', backendCandidates(1));
const network = new RowScorer(
  await backend.createScorer(
    model.network,
    model.parameters,
    inverseUsualErrors(model.usual, model.usualFloor),
    { batch: scoringBatch, threads: 1 },
  ),
  plan,
);
const largest = blocks.reduce((left, right) => (left.features.rows >= right.features.rows ? left : right));
const events = largest.features.rows;
const patterned = new PatternTable(layout.columns, layout.maskWords).rows(largest.features);
const scores = createScoreColumns(events);
const kernel = new HighLevelKernel(layout);
contestant('AE small, its three scores', events, () => timed(() => network.score(patterned, scores)));
contestant('the 15 features', events, () =>
  timed(() => kernel.fill(largest.features, largest.columns.mll, largest.values)),
);

const [first, queries, second] = paths as [string, string, string];
const rival = await Rival.start(benchPython(), [
  join(packageRoot, 'bench/neighbours.py'),
  ...[highLevelCount, usualNeighbours].map(String),
  queries,
  first,
  second,
]);
for (const [index, size] of sizes.entries()) {
  for (const algorithm of ['kd_tree', 'ball_tree', 'brute']) {
    contestant(`scikit-learn ${algorithm}, ${size}, background`, count, () =>
      rival.run(`${algorithm} ${index}`),
    );
  }
}
const best = await bestOf(Number(option('rounds', '3')), contestants);
rival.stop();
folder.remove();
const rate = (name: string) => rows[name]! / best[name]!.cpu;
print(`one thread, events/s of processor time, ${usualNeighbours} neighbours`);
for (const name of Object.keys(best)) print(`  ${name.padEnd(40)} ${Math.round(rate(name))}`);
for (const size of sizes) {
  const rivals = ['kd_tree', 'ball_tree', 'brute'].map((name) =>
    rate(`scikit-learn ${name}, ${size}, background`),
  );
  printRatio(`neighbours ${size}`, rate(`rmmstream, ${size}, background`) / Math.max(...rivals));
}
process.exit(0);
