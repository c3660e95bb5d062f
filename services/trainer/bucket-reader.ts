import type { TrainingBucket, TrainingRows } from '../../lib/learning/batches.js';
import { PatternTable } from '../../lib/physics/patterns.js';
import { type MegasetPlan, readBucket } from './megaset-store.js';

/** A store of megasets, as whoever makes batches of it is told. */
export interface StoreDescription {
  readonly folder: string;
  readonly plan: MegasetPlan;
  /** Dense columns and mask words of its rows. */
  readonly columns: number;
  readonly maskWords: number;
}

/**
 * Reads the buckets of a store. In memory are at most the one in use and the one that was asked for ahead, and the
 * validation rows, which are few (training.validation_events) and walked through after every epoch.
 */
export class BucketReader {
  readonly #store: StoreDescription;
  readonly #patterns: PatternTable;
  readonly #held = new Map<string, Promise<TrainingRows>>();
  readonly #validation = new Map<string, Promise<TrainingRows>>();
  #inUse = '';

  constructor(store: StoreDescription) {
    this.#store = store;
    this.#patterns = new PatternTable(store.columns, store.maskWords);
  }

  /** The buckets of a megaset that hold rows. */
  buckets(megaset: number): TrainingBucket[] {
    const { plan } = this.#store;
    const isValidation = megaset === plan.megasets - 1;
    return plan.rows[megaset]!.flatMap((rows, bucket): TrainingBucket[] => {
      if (rows === 0) return [];
      const name = `${megaset} ${bucket}`;
      if (isValidation) return [{ rows, load: () => this.#begin(this.#validation, name, megaset, bucket) }];
      const load = () => {
        this.#inUse = name;
        this.#keepOnly(name);
        return this.#begin(this.#held, name, megaset, bucket);
      };
      const ahead = () => {
        this.#keepOnly(name);
        // Whoever loads it hears of a failure.
        this.#begin(this.#held, name, megaset, bucket).catch(() => undefined);
      };
      return [{ rows, load, ahead }];
    });
  }

  #keepOnly(wanted: string): void {
    for (const name of this.#held.keys())
      if (name !== wanted && name !== this.#inUse) this.#held.delete(name);
  }

  #begin(
    held: Map<string, Promise<TrainingRows>>,
    name: string,
    megaset: number,
    bucket: number,
  ): Promise<TrainingRows> {
    let found = held.get(name);
    if (found === undefined) {
      found = this.#read(megaset, bucket);
      held.set(name, found);
    }
    return found;
  }

  async #read(megaset: number, bucket: number): Promise<TrainingRows> {
    const { folder, plan } = this.#store;
    const read = (await readBucket(folder, plan, megaset, bucket))!;
    const found = this.#patterns.rows(read);
    const rows = { ...found, pattern: found.pattern.slice(0, read.rows) };
    return {
      rows: plan.scaler === undefined ? rows : { ...rows, scaler: plan.scaler },
      weights: read.weight,
      channels: read.channel,
    };
  }
}
