import type { Backend, Scorer } from '../../lib/learning/backend.js';
import { planExpansion } from '../../lib/learning/expansion-plan.js';
import { RowScorer, type ScoreColumns } from '../../lib/learning/score-rows.js';
import { inverseUsualErrors } from '../../lib/learning/usual-errors.js';
import type { FeatureRows } from '../../lib/physics/feature-rows.js';
import { PatternTable } from '../../lib/physics/patterns.js';
import type { ScaledBlock } from '../scaler/operator.js';
import type { LoadedModel } from './model-folder.js';

/** A model in work: rows of one block of source entries in, scores out. Not shared between threads. */
export class BlockScorer {
  readonly modelVersion: string;
  readonly scalerVersion: string;
  readonly #network: Scorer;
  readonly #scorer: RowScorer;
  readonly #patterns: PatternTable;

  private constructor(loaded: LoadedModel, network: Scorer, maskWords: number) {
    this.modelVersion = loaded.id;
    this.scalerVersion = loaded.model.scaler.id;
    this.#network = network;
    this.#scorer = new RowScorer(network, planExpansion(loaded.model.scaler));
    this.#patterns = new PatternTable(loaded.model.scaler.columns, maskWords);
  }

  static async create(
    loaded: LoadedModel,
    backend: Backend,
    options: { readonly batch: number; readonly threads: number; readonly maskWords: number },
  ): Promise<BlockScorer> {
    const { network, parameters, usual, usualFloor } = loaded.model;
    const inverseUsual = inverseUsualErrors(usual, usualFloor);
    const scored = await backend.createScorer(network, parameters, inverseUsual, options);
    return new BlockScorer(loaded, scored, options.maskWords);
  }

  /** Scores a block's rows into `out` from row `at` on. */
  score(features: FeatureRows, out: ScoreColumns, at: number): Promise<void> {
    return this.#scorer.score(this.#patterns.rows(features), out, at);
  }

  /** The same of rows that the model's scaler has scaled, with the same bits. @throws scaler_mismatch */
  scoreScaled(block: ScaledBlock, out: ScoreColumns, at: number): Promise<void> {
    const { scaler, squares, absolutes } = block;
    return this.#scorer.scoreScaled({ ...this.#patterns.rows(block), scaler, squares, absolutes }, out, at);
  }

  /** Gives the network back; the scorer is not used again. */
  release(): Promise<void> {
    return this.#network.release();
  }
}
