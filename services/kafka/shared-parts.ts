import { isDeepStrictEqual } from 'node:util';
import type { RecordOf } from './progress-records.js';

type Common = Pick<RecordOf<'file'>, 'sample' | 'sums' | 'weights'>;

/**
 * Each record comes with objects and strings of its own. A service keeps some of them as long as it lives, so what
 * they have in common is kept once.
 */
export class SharedParts {
  /** Of the last file of each sample. */
  readonly #files = new Map<string, Common>();
  #scaler = '';

  /** What files of a sample may have in common: equal to what the record has, and held once. */
  file({ sample, sums, weights }: Common): Common {
    const last = this.#files.get(sample);
    const common: Common = {
      sample: last?.sample ?? sample,
      sums: last !== undefined && isDeepStrictEqual(sums, last.sums) ? last.sums : sums,
    };
    if (weights !== undefined)
      common.weights = isDeepStrictEqual(weights, last?.weights) ? last!.weights! : weights;
    this.#files.set(common.sample, common);
    return common;
  }

  /** An equal record. */
  model(record: RecordOf<'model'>): RecordOf<'model'> {
    if (record.scaler !== this.#scaler) this.#scaler = record.scaler;
    return { ...record, scaler: this.#scaler };
  }

  /** @returns an equal record; @param models those on record, the newest last */
  applies(
    record: RecordOf<'applies'>,
    models: readonly Pick<RecordOf<'model'>, 'id'>[],
  ): RecordOf<'applies'> {
    const newest = models.at(-1)?.id;
    return newest === record.model ? { ...record, model: newest } : record;
  }
}
