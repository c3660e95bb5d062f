import type { Config } from '../../lib/config/index.js';
import type { Backend, Scorer } from '../../lib/learning/backend.js';
import { planExpansion } from '../../lib/learning/expansion-plan.js';
import type { ScoreColumns } from '../../lib/learning/score-plan.js';
import { RowScorer } from '../../lib/learning/score-rows.js';
import type { FeatureRows } from '../../lib/physics/feature-rows.js';
import { PatternTable } from '../../lib/physics/patterns.js';
import { featurizerOf } from '../featurizer/config.js';
import { type HighLevelRows, highLevelRowsOf } from '../featurizer/high-level.js';
import type { ScaledBlock } from '../scaler/operator.js';
import type { LoadedModel } from './model-folder.js';
import { scorePlanOf } from './score-plan.js';
import { openParts } from './scoring-parts.js';

/** A model in work: rows of one block of source entries in, scores out. Not shared between threads. */
export class BlockScorer {
  readonly modelVersion: string;
  readonly scalerVersion: string;
  readonly #networks: readonly Scorer[];
  readonly #scorer: RowScorer;
  readonly #patterns: PatternTable;
  readonly #highLevel: HighLevelRows | undefined;

  private constructor(loaded: LoadedModel, networks: readonly Scorer[], scorer: RowScorer, config: Config) {
    const { scaler } = loaded.model;
    this.modelVersion = loaded.id;
    this.scalerVersion = scaler.id;
    this.#networks = networks;
    this.#scorer = scorer;
    this.#patterns = new PatternTable(scaler.columns, featurizerOf(config).layout.maskWords);
    this.#highLevel = highLevelRowsOf(config);
  }

  /**
   * Opens a model for the scores that the configuration asks for.
   * @param threads of the backend
   * @throws model_mismatch where the model does not hold what they are made with
   */
  static async create(
    loaded: LoadedModel,
    backend: Backend,
    config: Config,
    threads: number,
  ): Promise<BlockScorer> {
    const plan = scorePlanOf(config);
    const options = { batch: config.learning.score_batch_events, threads };
    const parts = await openParts(loaded, plan, backend, options);
    const scorer = new RowScorer(parts, planExpansion(loaded.model.scaler), plan);
    return new BlockScorer(loaded, parts.networks, scorer, config);
  }

  /**
   * Scores a block's rows into `out` from row `at` on.
   * @param mll of the rows, GeV
   */
  score(features: FeatureRows, mll: Float32Array, out: ScoreColumns, at: number): Promise<void> {
    const highLevel = this.#highLevel?.of(features, mll);
    return this.#scorer.score(this.#patterns.rows(features), out, at, highLevel);
  }

  /** The same of rows that the model's scaler has scaled, with the same bits. @throws scaler_mismatch */
  scoreScaled(block: ScaledBlock, out: ScoreColumns, at: number): Promise<void> {
    const { scaler, squares, absolutes, highLevel } = block;
    const rows = { ...this.#patterns.rows(block), scaler, squares, absolutes };
    return this.#scorer.scoreScaled(rows, out, at, highLevel);
  }

  /** Gives the networks back; the scorer is not used again. */
  async release(): Promise<void> {
    for (const network of this.#networks) await network.release();
  }
}
