import type { BlockSource } from '../../lib/flow/block-source.js';
import { type ExpansionPlan, planExpansion } from '../../lib/learning/expansion-plan.js';
import type { Moments } from '../../lib/learning/moments.js';
import { ScaledBuffer } from '../../lib/learning/scale-rows.js';
import type { Scaler } from '../../lib/learning/scaler.js';
import type { FeatureLayout, FeatureRows } from '../../lib/physics/feature-rows.js';
import { PatternTable } from '../../lib/physics/patterns.js';
import type { HighLevelRows } from '../featurizer/high-level.js';
import type { RowColumns } from '../featurizer/row-columns.js';
import { blockMoments } from './block-moments.js';

/** Takes the moments of the training rows of each block, until the scaler is frozen. Not shared between threads. */
export class MomentsOperator {
  readonly #patterns: PatternTable;
  readonly #weighting: 'none' | 'abs';

  constructor(layout: FeatureLayout, weighting: 'none' | 'abs') {
    this.#patterns = new PatternTable(layout.columns, layout.maskWords);
    this.#weighting = weighting;
  }

  /**
   * Moments of a block, or undefined where none of its rows is trained on.
   * @throws feature_not_finite
   */
  process(
    features: FeatureRows,
    { split, weight }: Pick<RowColumns, 'split' | 'weight'>,
    source: Pick<BlockSource, 'kind'>,
  ): Moments | undefined {
    if (source.kind !== 'background') return undefined;
    return blockMoments(this.#patterns.rows(features), split, weight, this.#weighting);
  }
}

/** Scaled rows of a block as they travel: slot masks in place of patterns (lib/learning ScaledRows). */
export interface ScaledBlock extends FeatureRows {
  /** Id of the scaler. */
  readonly scaler: string;
  readonly squares: Float64Array;
  readonly absolutes: Float64Array;
  /** The high-level features, rows x 15, where a score needs them: they are not in scaled cells any more. */
  readonly highLevel?: Float32Array;
}

/** Scales the rows of a block with a frozen scaler. Not shared between threads. */
export class ScalerOperator {
  readonly plan: ExpansionPlan;
  readonly #patterns: PatternTable;
  readonly #scaled = new ScaledBuffer();

  readonly #highLevel: HighLevelRows | undefined;

  /** @param highLevel makes the high-level features, where a score needs them */
  constructor(scaler: Scaler, maskWords: number, highLevel?: HighLevelRows) {
    this.plan = planExpansion(scaler);
    this.#patterns = new PatternTable(scaler.columns, maskWords);
    this.#highLevel = highLevel;
  }

  /** Valid until the next block, and no longer than `features`. @throws scaler_mismatch */
  process(features: FeatureRows, { mll }: Pick<RowColumns, 'mll'>): ScaledBlock {
    const { scaler, rows, columns, offsets, values, squares, absolutes } = this.#scaled.fill(
      this.plan,
      this.#patterns.rows(features),
    );
    const { maskWords, masks } = features;
    const scaled = { scaler, rows, columns, maskWords, masks, offsets, values, squares, absolutes };
    return this.#highLevel === undefined
      ? scaled
      : { ...scaled, highLevel: this.#highLevel.of(features, mll) };
  }
}
