import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';
import type { Backend, Scorer } from '../../../lib/learning/backend.js';
import { planExpansion } from '../../../lib/learning/expansion-plan.js';
import { type Model, modelFiles, modelFromFiles } from '../../../lib/learning/model.js';
import { buildNetwork } from '../../../lib/learning/network.js';
import { defaultScalerOptions, type Scaler } from '../../../lib/learning/scaler.js';
import { scalerId } from '../../../lib/learning/scaler-json.js';
import { createScoreColumns, needsOf, type ScorePlan } from '../../../lib/learning/score-plan.js';
import { RowScorer } from '../../../lib/learning/score-rows.js';
import { createRowColumns } from '../../../services/featurizer/row-columns.js';
import { openParts } from '../../../services/scorer/scoring-parts.js';
import { backgroundRanks } from '../../../services/trainer/model-ranks.js';
import { ScoringCollector, type ScoringSample } from '../../../services/trainer/scoring-sample.js';
import { trainingPart } from '../../../services/trainer/training-part.js';
import { madeDescription } from '../../support/made-model.js';

interface Golden {
  readonly seed: number;
  readonly ranked: readonly string[];
  readonly blocks: readonly {
    readonly source: string;
    readonly first: number;
    readonly high: readonly number[];
    readonly cells: readonly number[];
    readonly split: readonly number[];
    readonly late: readonly number[];
    readonly weight: readonly number[];
    readonly hash: readonly string[];
  }[];
  readonly high: readonly number[];
  readonly cells: readonly number[];
  readonly expected: Readonly<Record<string, readonly number[]>>;
}

// Made by make_score_columns.py.
const golden = JSON.parse(
  readFileSync(join(packageRoot, 'test/golden/learning/score-columns.json'), 'utf8'),
) as Golden;
const width = 9;
const batch = 16;

const plan: ScorePlan = {
  specs: [
    { type: 'error', column: 'error' },
    { type: 'error_normalised', column: 'error_normalised' },
    { type: 'error_abs', column: 'error_abs' },
    { type: 'mahalanobis', column: 'mahalanobis' },
    { type: 'knn', column: 'knn', neighbours: 10, referenceEvents: 100_000, referenceWeighting: 'uniform' },
    { type: 'knn', column: 'near', neighbours: 3, referenceEvents: 40, referenceWeighting: 'uniform' },
    {
      type: 'ensemble',
      column: 'ensemble_error_abs',
      spread: 'ensemble_error_abs_spread',
      of: 'error_abs',
      members: 3,
    },
    { type: 'rank_average', column: 'rank_average', of: golden.ranked },
  ],
  error: 'error',
  written: [],
};

const network = buildNetwork(
  {
    name: 'unused',
    inputActivation: { type: 'linear' },
    layers: [{ units: 'columns', activation: { type: 'linear' } }],
  },
  width,
);

/** Parameters that say which member of the ensemble they are. */
function parametersOf(member: number): Float32Array[] {
  return network.parameters.map(({ size }) => new Float32Array(size).fill(member));
}

/** Networks whose sums are three of the cells each. */
const backend = {
  createScorer: async (_network: unknown, parameters: readonly Float32Array[]): Promise<Scorer> => {
    const member = parameters[0]![0]!;
    const sums = [0, 1, 2].map(() => new Float32Array(batch)) as [Float32Array, Float32Array, Float32Array];
    return {
      network,
      batch,
      score: async (x) => {
        for (const [which, values] of sums.entries())
          for (let row = 0; row < batch; row += 1) values[row] = x[row * width + 3 * member + which]!;
        return { squares: sums[0], normalised: sums[1], absolutes: sums[2] };
      },
      release: async () => {},
    };
  },
} as unknown as Backend;

const described = {
  options: defaultScalerOptions,
  columns: width,
  rows: 100,
  kinds: Array.from({ length: width }, () => 'gev'),
  trained: Int32Array.from({ length: width }, (_, column) => column),
  center: new Float64Array(width),
  divisor: new Float64Array(width).fill(1),
  constant: new Int32Array(0),
  kindsWithoutDivisor: [],
};
const scaler: Scaler = { ...described, id: scalerId(described) };

function tableRows(cells: readonly number[]) {
  const rows = cells.length / width;
  const offsets = Int32Array.from({ length: rows + 1 }, (_, row) => row * width);
  return {
    rows,
    columns: width,
    maskWords: 0,
    masks: new Uint32Array(0),
    offsets,
    values: Float32Array.from(cells),
  };
}

/** What the trainer gathers of the golden blocks, in the order given. */
function gathered(order: readonly number[]): ScoringSample {
  const collector = new ScoringCollector({
    needs: needsOf(plan),
    neighbours: 10,
    weighting: 'uniform',
    seed: golden.seed,
  });
  for (const index of order) {
    const block = golden.blocks[index]!;
    const cells = tableRows(block.cells);
    const columns = createRowColumns(cells.rows);
    columns.split.set(block.split);
    columns.late.set(block.late);
    columns.weight.set(block.weight);
    for (let row = 0; row < cells.rows; row += 1) {
      columns.hash_high[row] = Number.parseInt(block.hash[row]!.slice(0, 8), 16);
      columns.hash_low[row] = Number.parseInt(block.hash[row]!.slice(8), 16);
      columns.entry[row] = BigInt(block.first + row);
    }
    const part = trainingPart(cells, columns, ['aa', 'bb'].indexOf(block.source), {
      megasets: 1,
      validationShare: 1,
    });
    const source = { sample: 's', fingerprint: block.source, first: block.first };
    const highLevel = Float32Array.from(block.high);
    collector.add({ source, cells, columns, highLevel }, part, 1);
    highLevel.fill(Number.NaN);
  }
  return collector.finish();
}

async function modelOf(sample: ScoringSample): Promise<Model> {
  const usual = new Float64Array(width).fill(1);
  const model: Model = {
    network,
    scaler,
    parameters: parametersOf(0),
    usual,
    usualFloor: 1e-3,
    scoring: {
      reference: sample.reference!,
      referenceEvents: 100_000,
      referenceWeighting: 'uniform',
      members: [1, 2].map((member) => ({ seed: member, parameters: parametersOf(member), usual })),
      ranks: [],
    },
    ...madeDescription(scaler.columns),
  };
  const options = { batch, threads: 1 };
  const ranks = await backgroundRanks(model, plan, sample.validation!, undefined, backend, options);
  return { ...model, scoring: { ...model.scoring!, ranks } };
}

test('every sort of score equals numpy and scikit-learn on the same blocks, through a model folder', async () => {
  const { id, files } = modelFiles(await modelOf(gathered([0, 1, 2])));
  const loaded = modelFromFiles(new Map(files.map(({ name, bytes }) => [name, bytes])), 'model');
  assert.equal(loaded.id, id);
  const parts = await openParts(loaded, plan, backend, { batch, threads: 1 });
  const cells = tableRows(golden.cells);
  const out = createScoreColumns(plan, cells.rows + 2);
  const rows = {
    ...cells,
    pattern: new Int32Array(cells.rows),
    patterns: [Int32Array.from({ length: width }, (_, column) => column)],
  };
  await new RowScorer(parts, planExpansion(scaler), plan).score(rows, out, 1, Float32Array.from(golden.high));
  assert.deepEqual(Object.keys(golden.expected).sort(), Object.keys(out).sort());
  for (const [name, expected] of Object.entries(golden.expected)) {
    // A rank depends on single values that lie side by side in float32, distances are taken in float32.
    const tolerance = name === 'rank_average' ? 1e-5 : name.startsWith('ensemble') ? 1e-6 : 2e-6;
    for (const [row, value] of expected.entries())
      assert.ok(
        Math.abs(out[name]![row + 1]! - value) <= tolerance * (1 + Math.abs(value)),
        `${name}, row ${row}: ${out[name]![row + 1]}, expected ${value}`,
      );
    assert.equal(out[name]![0], 0, 'nothing is written before the first row');
    assert.equal(out[name]![cells.rows + 1], 0, 'nor behind the last');
  }
});

test('in whatever order blocks come, what is gathered of them has the same bits', () => {
  const expected = gathered([0, 1, 2]);
  for (const order of [
    [2, 1, 0],
    [1, 0, 2],
    [2, 0, 1],
  ])
    assert.deepEqual(gathered(order), expected);
});
