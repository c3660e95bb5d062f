import type { SerializedError } from '../../lib/base/error.js';
import type { ShuffleKey } from '../../lib/learning/batches.js';
import type { Weighing } from '../../lib/learning/sample-weights.js';
import type { Scaler } from '../../lib/learning/scaler.js';
import type { StoreDescription } from './bucket-reader.js';

/** What the thread that makes batches is told at its start. */
export interface BatchThreadSettings {
  readonly store: StoreDescription;
  readonly scaler: Scaler;
}

/** One walk through a megaset of the store. */
export interface Walk {
  readonly number: number;
  readonly megaset: number;
  readonly weighing: Weighing;
  readonly key: ShuffleKey | undefined;
  /** Batches that are left out at the start. */
  readonly skip: number;
}

/** Asks for the next batch of a walk, in arrays that come back with it. Requests are answered in their order. */
export interface BatchRequest {
  readonly walk: Walk;
  /** The walk that comes after this one, as far as it is known. */
  readonly next: Pick<Walk, 'megaset' | 'key'> | undefined;
  readonly x: Float32Array<ArrayBuffer>;
  readonly weights: Float32Array<ArrayBuffer>;
}

/** `real` is 0 where the walk is over. */
export interface BatchAnswer {
  readonly real: number;
  readonly x: Float32Array<ArrayBuffer>;
  readonly weights: Float32Array<ArrayBuffer>;
  readonly error?: SerializedError;
}
