import { invariant } from '../base/error.js';
import { type BoundCells, type BoundRows, bind, expandOrdered } from './expand.js';
import type { ExpansionPlan } from './expansion-plan.js';
import { permutation, Random } from './random.js';
import {
  type SampleWeights,
  sampleWeight,
  sumByChannel,
  sumSampleWeights,
  type Weighing,
  weighing,
} from './sample-weights.js';
import type { ScaledCells } from './scaled-rows.js';
import type { SparseRows } from './sparse-rows.js';

/** Rows in memory with the weight of each event. */
export interface TrainingRows {
  /** As the featurizer made them, or scaled by the scaler of the training: batches have the same bits. */
  readonly rows: SparseRows | ScaledCells;
  readonly weights: Float64Array | Float32Array;
  /** Channel of each row; read for balanced weights only. */
  readonly channels?: Int32Array;
}

/** Part of a megaset that fits memory; its rows come sorted, so that every engine sees the same. */
export interface TrainingBucket {
  readonly rows: number;
  load(): TrainingRows | Promise<TrainingRows>;
  /** Begins what `load` will wait for. */
  ahead?(): void;
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

/** What is walked through in batches, again and again: a megaset, or the validation rows. */
export interface BatchSource {
  readonly rows: number;
  /**
   * One walk, batch by batch: each is valid until the next is asked for. Walks must not overlap.
   * @param key order of buckets and rows; without it they come as they are
   * @param skip batches at the start that are left out
   */
  batches(key: ShuffleKey | undefined, skip: number): AsyncIterable<Batch>;
  /** Tells of the walk that comes after the present one, so that what it begins with can be read. */
  announce?(key: ShuffleKey): void;
}

/** One walk through rows in memory or on disk, the next bucket being read while this one is handed on. */
export interface WalkOptions {
  readonly weighing: Weighing;
  readonly key: ShuffleKey | undefined;
  /** Rows that are left out at the start. */
  readonly skipRows: number;
  /** Called when the last bucket is there: nothing more is to be read for this walk. */
  readonly onLast?: () => void;
}

/** A bucket that is being handed on. */
interface OpenBucket {
  readonly bound: BoundRows | BoundCells;
  readonly loaded: TrainingRows;
  readonly order: Int32Array;
  next: number;
}

/**
 * Fills batches from buckets, expanded and weighted. A batch goes on from one bucket into the next, so there is one
 * shorter tail, at the end, however the rows are cut into buckets.
 */
export class BatchWalk {
  readonly #plan: ExpansionPlan;
  readonly #buckets: readonly TrainingBucket[];
  readonly #options: WalkOptions;
  /** Numbers of the buckets, in the order of this walk. */
  readonly #order: Int32Array;
  #at = 0;
  #skip: number;
  #open: OpenBucket | undefined;

  constructor(plan: ExpansionPlan, buckets: readonly TrainingBucket[], options: WalkOptions) {
    this.#plan = plan;
    this.#buckets = buckets;
    this.#options = options;
    this.#order = bucketOrder(buckets.length, options.key);
    this.#skip = options.skipRows;
  }

  /** @returns false where no row is left */
  async fill(batch: Batch): Promise<boolean> {
    const size = batch.weights.length;
    batch.real = 0;
    while (batch.real < size) {
      const open = this.#open ?? (await this.#next());
      if (open === undefined) break;
      const { order, next } = open;
      const end = Math.min(order.length, next + size - batch.real);
      expandOrdered(open.bound, order, next, end, batch.x, batch.real);
      fillWeights(open.loaded, this.#options.weighing, order, next, end, batch);
      batch.real += end - next;
      open.next = end;
      if (end === order.length) this.#open = undefined;
    }
    if (batch.real === 0) return false;
    batch.x.fill(0, batch.real * this.#plan.width);
    batch.weights.fill(0, batch.real);
    return true;
  }

  async #next(): Promise<OpenBucket | undefined> {
    while (this.#at < this.#order.length) {
      const index = this.#order[this.#at]!;
      const bucket = this.#buckets[index]!;
      this.#at += 1;
      if (bucket.rows <= this.#skip) {
        this.#skip -= bucket.rows;
        continue;
      }
      const loaded = await bucket.load();
      if (this.#at < this.#order.length) this.#buckets[this.#order[this.#at]!]!.ahead?.();
      else this.#options.onLast?.();
      const bound = bind(this.#plan, loaded.rows);
      const order = rowOrder(loaded.rows.rows, this.#options.key, index);
      this.#open = { bound, loaded, order, next: this.#skip };
      this.#skip = 0;
      return this.#open;
    }
    return undefined;
  }
}

/**
 * Rows in memory as a megaset or validation part: what each part of them holds is a bucket.
 * @throws RmmError `training_rows_unusable` where there are rows without weight
 */
export function memorySource(
  plan: ExpansionPlan,
  parts: readonly TrainingRows[],
  batchRows: number,
  mode: SampleWeights,
): BatchSource {
  const buckets = parts.map((part) => ({ rows: part.rows.rows, load: () => part }));
  const rows = buckets.reduce((sum, bucket) => sum + bucket.rows, 0);
  const total = parts.reduce((sum, { weights }) => sum + sumSampleWeights(weights, mode), 0);
  const channels = parts.reduce(
    (sums, part) =>
      part.channels === undefined ? sums : sumByChannel(part.weights, part.channels, mode, sums),
    [] as ReturnType<typeof sumByChannel>,
  );
  return bucketSource(plan, buckets, batchRows, weighing(mode, rows, total, channels, 'what is in memory'));
}

/** Buckets that this process loads, as they are walked through. */
export function bucketSource(
  plan: ExpansionPlan,
  buckets: readonly TrainingBucket[],
  batchRows: number,
  weighing: Weighing,
): BatchSource {
  const batch = createBatch(batchRows, plan.width);
  return {
    rows: buckets.reduce((sum, bucket) => sum + bucket.rows, 0),
    async *batches(key, skip) {
      const walk = new BatchWalk(plan, buckets, { weighing, key, skipRows: skip * batchRows });
      while (await walk.fill(batch)) yield batch;
    },
  };
}

function fillWeights(
  { weights, channels }: TrainingRows,
  { mode, scale, factors }: Weighing,
  order: Int32Array,
  from: number,
  to: number,
  batch: Batch,
): void {
  const shift = batch.real - from;
  if (factors === undefined) {
    for (let index = from; index < to; index++)
      batch.weights[index + shift] = sampleWeight(weights[order[index]!]!, mode) * scale;
    return;
  }
  invariant(channels !== undefined, 'balanced weights are of rows with channels');
  for (let index = from; index < to; index++) {
    const row = order[index]!;
    batch.weights[index + shift] = sampleWeight(weights[row]!, mode) * (factors.get(channels[row]!) ?? 0);
  }
}

/** Numbers of `count` buckets in the order of a walk. */
export function bucketOrder(count: number, key: ShuffleKey | undefined): Int32Array {
  return key === undefined ? ascending(count) : permutation(count, shuffler('buckets', key, 0));
}

function rowOrder(count: number, key: ShuffleKey | undefined, bucket: number): Int32Array {
  return key === undefined ? ascending(count) : permutation(count, shuffler('rows', key, bucket));
}

function shuffler(purpose: string, key: ShuffleKey, bucket: number): Random {
  return new Random(purpose, [key.seed, key.pass, key.megaset, key.epoch, bucket]);
}

function ascending(count: number): Int32Array {
  const order = new Int32Array(count);
  for (let index = 0; index < count; index++) order[index] = index;
  return order;
}
