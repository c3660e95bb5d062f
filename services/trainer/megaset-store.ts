import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { writeFileAtomic } from '../../lib/base/atomic-file.js';
import { fromSystemError, invariant } from '../../lib/base/error.js';
import { makeFolder } from '../../lib/base/make-folder.js';
import {
  type ChannelSum,
  type SampleWeights,
  sumByChannel,
  sumSampleWeights,
} from '../../lib/learning/sample-weights.js';
import { gatherRows, orderRows } from './order.js';
import { damaged, decodeSegments, encodeSegment, type TrainingRows } from './segment.js';

/** How the training rows were divided: written when every row is in its bucket. */
export interface MegasetPlan {
  readonly megasets: number;
  /** Id of the scaler that has scaled the rows; absent where they are as the featurizer made them. */
  readonly scaler?: string;
  /** Name of the sample weights that weightSums are of. */
  readonly sampleWeights: SampleWeights;
  /** Hash-prefix buckets of each megaset; each fits memory. */
  readonly buckets: number;
  /** Rows by megaset and bucket. The last megaset holds the validation rows. */
  readonly rows: readonly (readonly number[])[];
  /** Sum of sample weights by megaset and bucket, added up in the bucket's order. */
  readonly weightSums: readonly (readonly number[])[];
  /** Rows and sum of sample weights of each channel by megaset, added up bucket after bucket. */
  readonly channels: readonly (readonly ChannelSum[])[];
}

const planName = 'plan.json';

/** Rows of a megaset, or of the validation part. */
export function rowsOf(plan: MegasetPlan, megaset: number): number {
  return plan.rows[megaset]!.reduce((sum, rows) => sum + rows, 0);
}

/** Number of buckets for so many training rows: no bucket is expected to hold more than `bucketEvents`. */
export function bucketsFor(trainingRows: number, megasets: number, bucketEvents: number): number {
  return Math.max(1, Math.ceil(trainingRows / megasets / bucketEvents));
}

/** Bucket of a row: equal slices of the hash's upper 32 bits. */
export function bucketOf(hashHigh: number, buckets: number): number {
  return Math.floor((hashHigh * buckets) / 0x100000000);
}

function bucketFile(folder: string, megaset: number, bucket: number, ending: 'part' | 'bin'): string {
  const name = `megaset-${String(megaset).padStart(5, '0')}.${String(bucket).padStart(5, '0')}`;
  return join(folder, `${name}.${ending}`);
}

/** The plan of a store that is complete, or undefined. @throws partial_damaged */
export function readMegasetPlan(folder: string): MegasetPlan | undefined {
  const path = join(folder, planName);
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as MegasetPlan;
  } catch (error) {
    if (error instanceof SyntaxError) throw damaged(path, `is not whole JSON (${error.message})`);
    throw fromSystemError(error, 'reading', path);
  }
}

/** Distributes training rows over megasets and buckets on disk, holding a bounded number of bytes. */
export class MegasetWriter {
  readonly #folder: string;
  readonly #megasets: number;
  readonly #buckets: number;
  readonly #scaler: string | undefined;
  readonly #rows: number[][];
  #pending: { segments: TrainingRows[]; megaset: Int16Array[] } = { segments: [], megaset: [] };
  #pendingValues = 0;

  /**
   * Starts an empty store: what an interrupted distribution left is dropped.
   * @param options.scaler id of the scaler that has scaled the rows, where one has
   */
  constructor(options: { folder: string; megasets: number; buckets: number; scaler?: string }) {
    this.#folder = options.folder;
    this.#megasets = options.megasets;
    this.#buckets = options.buckets;
    this.#scaler = options.scaler;
    attempt(options.folder, () => {
      rmSync(options.folder, { recursive: true, force: true });
      makeFolder(options.folder);
    });
    this.#rows = Array.from({ length: this.#megasets }, () => new Array<number>(this.#buckets).fill(0));
  }

  /** Takes rows with the megaset of each; the arrays are kept until the next flush, so they must not be reused. */
  add(rows: TrainingRows, megaset: Int16Array): void {
    if (rows.rows === 0) return;
    this.#pending.segments.push(rows);
    this.#pending.megaset.push(megaset);
    this.#pendingValues += rows.values.length;
    // 16 MB of values: long appends even to many buckets, and as much memory for few events as for many.
    if (this.#pendingValues > 4_000_000) this.#flush();
  }

  /** Puts every bucket into its order, on disk, one at a time. */
  async finish(sampleWeights: SampleWeights): Promise<MegasetPlan> {
    this.#flush();
    const weightSums: number[][] = [];
    const channels: ChannelSum[][] = [];
    for (const [megaset, buckets] of this.#rows.entries()) {
      const sums: number[] = [];
      let byChannel: ChannelSum[] = [];
      for (const [bucket, count] of buckets.entries()) {
        if (count === 0) {
          sums.push(0);
          continue;
        }
        const { weight, channel } = this.#order(megaset, bucket, count);
        sums.push(sumSampleWeights(weight, sampleWeights));
        byChannel = sumByChannel(weight, channel, sampleWeights, byChannel);
        // Lets heartbeats and signals through between buckets.
        await setImmediate();
      }
      weightSums.push(sums);
      channels.push(byChannel);
    }
    const plan: MegasetPlan = {
      megasets: this.#megasets,
      ...(this.#scaler === undefined ? {} : { scaler: this.#scaler }),
      buckets: this.#buckets,
      sampleWeights,
      rows: this.#rows,
      weightSums,
      channels,
    };
    writeFileAtomic(join(this.#folder, planName), JSON.stringify(plan));
    return plan;
  }

  #order(megaset: number, bucket: number, count: number): TrainingRows {
    const part = bucketFile(this.#folder, megaset, bucket, 'part');
    const segments = decodeSegments(aligned(attempt(part, () => readFileSync(part))), part);
    const rows = gatherRows(segments, orderRows(segments));
    invariant(rows.rows === count, `${part} holds ${rows.rows} rows where ${count} were written`);
    const path = bucketFile(this.#folder, megaset, bucket, 'bin');
    attempt(path, () => writeFileSync(path, encodeSegment(rows)));
    rmSync(part);
    return rows;
  }

  #flush(): void {
    const { segments, megaset } = this.#pending;
    this.#pending = { segments: [], megaset: [] };
    this.#pendingValues = 0;
    const slots = this.#megasets * this.#buckets;
    // A counting sort: where each slot's rows begin, then every row into its place.
    const begin = new Int32Array(slots + 1);
    const slotOf = segments.map((segment, index) => this.#slots(segment, megaset[index] as Int16Array));
    for (const list of slotOf) for (const slot of list) begin[slot + 1] = (begin[slot + 1] as number) + 1;
    for (let slot = 0; slot < slots; slot += 1)
      begin[slot + 1] = (begin[slot + 1] as number) + (begin[slot] as number);
    const next = begin.slice(0, slots);
    const total = begin[slots] as number;
    const references = { segment: new Int32Array(total), row: new Int32Array(total) };
    for (const [index, list] of slotOf.entries()) {
      for (let row = 0; row < list.length; row += 1) {
        const slot = list[row] as number;
        const place = next[slot] as number;
        next[slot] = place + 1;
        references.segment[place] = index;
        references.row[place] = row;
      }
    }
    for (let slot = 0; slot < slots; slot += 1) {
      const [from, to] = [begin[slot] as number, begin[slot + 1] as number];
      if (from === to) continue;
      const part = { segment: references.segment.subarray(from, to), row: references.row.subarray(from, to) };
      this.#append(Math.floor(slot / this.#buckets), slot % this.#buckets, gatherRows(segments, part));
    }
  }

  #slots(segment: TrainingRows, megaset: Int16Array): Int32Array {
    const slots = new Int32Array(segment.rows);
    for (let row = 0; row < segment.rows; row += 1) {
      slots[row] =
        (megaset[row] as number) * this.#buckets + bucketOf(segment.hashHigh[row] as number, this.#buckets);
    }
    return slots;
  }

  #append(megaset: number, bucket: number, rows: TrainingRows): void {
    const path = bucketFile(this.#folder, megaset, bucket, 'part');
    attempt(path, () => appendFileSync(path, encodeSegment(rows)));
    const counted = this.#rows[megaset] as number[];
    counted[bucket] = (counted[bucket] as number) + rows.rows;
  }
}

/**
 * One bucket in its order.
 * @returns undefined where no row fell into it
 * @throws partial_damaged, io_failed
 */
export async function readBucket(
  folder: string,
  plan: MegasetPlan,
  megaset: number,
  bucket: number,
): Promise<TrainingRows | undefined> {
  const expected = plan.rows[megaset]?.[bucket] ?? 0;
  if (expected === 0) return undefined;
  const path = bucketFile(folder, megaset, bucket, 'bin');
  const bytes = await readFile(path).catch((error: unknown) => {
    throw fromSystemError(error, 'reading', path);
  });
  const [rows] = decodeSegments(aligned(bytes), path);
  if (rows?.rows !== expected)
    throw damaged(path, `holds ${rows?.rows ?? 0} rows where ${expected} were written`);
  return rows;
}

function aligned(bytes: Uint8Array): Uint8Array {
  // Small files come from Node's shared pool, at any offset.
  return bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
}

function attempt<Result>(path: string, act: () => Result): Result {
  try {
    return act();
  } catch (error) {
    throw fromSystemError(error, 'reading or writing', path);
  }
}
