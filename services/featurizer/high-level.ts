import { invariant } from '../../lib/base/error.js';
import type { Config } from '../../lib/config/index.js';
import { needsOf } from '../../lib/learning/score-plan.js';
import type { FeatureRows } from '../../lib/physics/feature-rows.js';
import { HighLevelKernel, highLevelCount } from '../../lib/physics/high-level.js';
import { rmmLayout } from '../../lib/physics/rmm/index.js';
import { scorePlanOf } from '../scorer/score-plan.js';
import { matrixOptions } from './config.js';

/** The high-level features of block after block, in a buffer that is used again. Not shared between threads. */
export class HighLevelRows {
  readonly #kernel: HighLevelKernel;
  #values = new Float32Array(0);

  constructor({ features }: Config) {
    invariant(features.type === 'rmm', 'high-level features are cells of a matrix');
    this.#kernel = new HighLevelKernel(rmmLayout(matrixOptions(features)));
  }

  /**
   * rows x 15, valid until the next call.
   * @param mll of the rows, GeV
   */
  of(features: FeatureRows, mll: Float32Array): Float32Array {
    const length = features.rows * highLevelCount;
    if (this.#values.length < length) this.#values = new Float32Array(Math.ceil(1.25 * length));
    const values = this.#values.subarray(0, length);
    this.#kernel.fill(features, mll, values);
    return values;
  }
}

/** What makes them, where (and only where) a configured score needs them. */
export function highLevelRowsOf(config: Config): HighLevelRows | undefined {
  return needsOf(scorePlanOf(config)).highLevel ? new HighLevelRows(config) : undefined;
}
