import { join } from 'node:path';
import { systemClock } from '../../lib/base/clock.js';
import type { TrainingRows as LearningRows } from '../../lib/learning/batches.js';
import { plainTraining } from '../../lib/learning/loss.js';
import { rowMoments } from '../../lib/learning/moments.js';
import { Random } from '../../lib/learning/random.js';
import type { SampleWeights } from '../../lib/learning/sample-weights.js';
import { defaultScalerOptions, freezeScaler, type Scaler } from '../../lib/learning/scaler.js';
import { bucketOf, type MegasetPlan, MegasetWriter } from '../../services/trainer/megaset-store.js';
import type { TrainingRows } from '../../services/trainer/segment.js';
import type { TrainOptions } from '../../services/trainer/train.js';

const columns = 12;

/** Rows of a table of 12 features (all filled), with hashes, weights of both signs and channels of unequal size. */
export function storeRows(seed: number, rows: number): TrainingRows {
  const random = new Random('store', [seed]);
  const values = Float32Array.from({ length: rows * columns }, (_, index) => {
    const column = index % columns;
    return -Math.log(1 - random.unit()) * (column + 1) + (column % 3) * random.unit();
  });
  return {
    rows,
    columns,
    maskWords: 0,
    hashHigh: Uint32Array.from({ length: rows }, () => random.next()),
    hashLow: Uint32Array.from({ length: rows }, () => random.next()),
    source: Int32Array.from({ length: rows }, () => random.below(3)),
    entry: Float64Array.from({ length: rows }, (_, row) => row),
    weight: Float64Array.from({ length: rows }, () => 1.5 * random.unit() - 0.2),
    channel: Int32Array.from({ length: rows }, () => [1, 1, 1, 1, 1, 2, 2, 2, 3][random.below(9)]!),
    masks: new Uint32Array(0),
    offsets: Int32Array.from({ length: rows + 1 }, (_, row) => row * columns),
    values,
  };
}

export interface MadeStore {
  readonly folder: string;
  readonly plan: MegasetPlan;
  readonly scaler: Scaler;
  /** Rows of each bucket in their order, by megaset: sorted here, not by the store. */
  readonly memory: readonly (readonly LearningRows[])[];
}

/** A store of `megasets` megasets and a validation part, with the same rows in memory. */
export async function madeStore(
  folder: string,
  options: {
    rows?: number;
    megasets?: number;
    buckets?: number;
    weights?: SampleWeights;
    seed?: number;
  } = {},
): Promise<MadeStore> {
  const { rows = 700, megasets = 2, buckets = 3, weights = 'abs', seed = 1 } = options;
  const made = storeRows(seed, rows);
  // The last of them holds the validation rows.
  const megaset = Int16Array.from({ length: rows }, (_, row) => row % (megasets + 1));
  const writer = new MegasetWriter({ folder: join(folder, 'megasets'), megasets: megasets + 1, buckets });
  writer.add(made, megaset);
  const plan = await writer.finish(weights);
  const all = Array.from({ length: rows }, (_, row) => row);
  const sorted = all.sort(
    (a, b) => made.hashHigh[a]! - made.hashHigh[b]! || made.hashLow[a]! - made.hashLow[b]!,
  );
  const memory = Array.from({ length: megasets + 1 }, (_, number) =>
    Array.from({ length: buckets }, (_, bucket) =>
      pick(
        made,
        sorted.filter((row) => megaset[row] === number && bucketOf(made.hashHigh[row]!, buckets) === bucket),
      ),
    ),
  );
  const trained = pick(
    made,
    all.filter((row) => megaset[row]! < megasets),
  );
  const kinds = Array.from({ length: columns }, () => 'gev');
  const scaler = freezeScaler(rowMoments(trained.rows), kinds, { ...defaultScalerOptions, minFilled: 10 });
  return { folder, plan, scaler, memory };
}

function pick(made: TrainingRows, rows: readonly number[]): LearningRows {
  return {
    rows: {
      rows: rows.length,
      columns,
      pattern: new Int32Array(rows.length),
      patterns: [Int32Array.from({ length: columns }, (_, column) => column)],
      offsets: Int32Array.from({ length: rows.length + 1 }, (_, row) => row * columns),
      values: Float32Array.from(
        rows.flatMap((row) => [...made.values.subarray(row * columns, (row + 1) * columns)]),
      ),
    },
    weights: Float64Array.from(rows, (row) => made.weight[row]!),
    channels: Int32Array.from(rows, (row) => made.channel[row]!),
  };
}

/** Options to train a small autoencoder on a store, with a checkpoint after every megaset only. */
export function smallTraining(store: MadeStore, changes: Partial<TrainOptions> = {}): TrainOptions {
  return {
    network: {
      name: 'small',
      inputActivation: { type: 'tanh' },
      layers: [
        { units: 5, activation: { type: 'leakyrelu', slope: 0.3 } },
        { units: 'columns', activation: { type: 'linear' } },
      ],
    },
    scaler: store.scaler,
    plan: store.plan,
    megasetFolder: join(store.folder, 'megasets'),
    checkpointFolder: join(store.folder, 'checkpoint'),
    maskWords: 0,
    configurationHash: 'test',
    seed: 3,
    epochs: 3,
    passes: 2,
    batch: 64,
    threads: 1,
    learningRate: 0.01,
    ...plainTraining,
    schedule: { type: 'constant' },
    earlyStopping: { patience: 0, minDelta: 0 },
    keep: 'last',
    usualErrorEvents: 1e6,
    checkpointMinutes: 0,
    clock: systemClock,
    signal: new AbortController().signal,
    onStep: () => undefined,
    onEpoch: () => undefined,
    onNote: () => undefined,
    ...changes,
  };
}

/** A clock that moves on by a minute each time it is read: every moment is one for a checkpoint. */
export function hurriedClock(): TrainOptions['clock'] {
  let ms = 0;
  return {
    steadyMs: () => {
      ms += 60_000;
      return ms;
    },
  };
}
