import { bind, expandOrdered } from './expand.js';
import type { ExpansionPlan } from './expansion-plan.js';
import { permutation, Random } from './random.js';
import { type SampleWeights, sampleWeight } from './sample-weights.js';
import type { ScaledCells } from './scaled-rows.js';
import type { SparseRows } from './sparse-rows.js';

/** Rows in memory with the weight of each event. */
export interface TrainingRows {
  /** As the featurizer made them, or scaled by the scaler of the training: batches have the same bits. */
  readonly rows: SparseRows | ScaledCells;
  readonly weights: Float64Array | Float32Array;
}

/** Part of a megaset that fits memory; its rows come sorted, so that every engine sees the same. */
export interface TrainingBucket {
  readonly rows: number;
  /** sumSampleWeights of its weights in the mode of the training. */
  readonly weightSum: number;
  load(): TrainingRows | Promise<TrainingRows>;
}

/** The order of buckets and rows in one epoch is drawn from these, and from nothing else. */
export interface ShuffleKey {
  readonly seed: number;
  readonly pass: number;
  readonly megaset: number;
  readonly epoch: number;
}

/** A batch buffer that is used again and again; `real` of its rows are rows, the rest is zero. */
export interface Batch {
  readonly x: Float32Array;
  /** Sample weights times the scale; 0 for rows beyond `real`. */
  readonly weights: Float32Array;
  real: number;
}

export function createBatch(rows: number, width: number): Batch {
  return { x: new Float32Array(rows * width), weights: new Float32Array(rows), real: 0 };
}

/**
 * Runs through the buckets once and hands on full batches, expanded and weighted. A batch goes on from one
 * bucket into the next, so there is one shorter tail, at the end, however the megaset is cut into buckets.
 * @param key order of buckets and rows; without it they come as they are
 */
export async function forEachBatch(
  plan: ExpansionPlan,
  buckets: readonly TrainingBucket[],
  batch: Batch,
  mode: SampleWeights,
  scale: number,
  key: ShuffleKey | undefined,
  consume: (batch: Batch) => Promise<void>,
): Promise<void> {
  const size = batch.weights.length;
  batch.real = 0;
  for (const bucketIndex of bucketOrder(buckets.length, key)) {
    const loaded = await buckets[bucketIndex]!.load();
    const bound = bind(plan, loaded.rows);
    const order = rowOrder(loaded.rows.rows, key, bucketIndex);
    let next = 0;
    while (next < order.length) {
      const end = Math.min(order.length, next + size - batch.real);
      expandOrdered(bound, order, next, end, batch.x, batch.real);
      for (let index = next; index < end; index++) {
        const weight = sampleWeight(loaded.weights[order[index]!]!, mode);
        batch.weights[batch.real + index - next] = weight * scale;
      }
      batch.real += end - next;
      next = end;
      if (batch.real < size) continue;
      await consume(batch);
      batch.real = 0;
    }
  }
  if (batch.real === 0) return;
  batch.x.fill(0, batch.real * plan.width);
  batch.weights.fill(0, batch.real);
  await consume(batch);
}

function bucketOrder(count: number, key: ShuffleKey | undefined): Int32Array {
  return key === undefined ? ascending(count) : permutation(count, shuffler('buckets', key, 0));
}

function rowOrder(count: number, key: ShuffleKey | undefined, bucket: number): Int32Array {
  return key === undefined ? ascending(count) : permutation(count, shuffler('rows', key, bucket));
}

function shuffler(purpose: string, key: ShuffleKey, bucket: number): Random {
  return new Random(purpose, [key.seed, key.pass, key.megaset, key.epoch, bucket]);
}

function ascending(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, index) => index);
}
