import { RmmError } from '../../lib/base/error.js';
import { QuantileSketch } from '../../lib/base/quantile-sketch/quantile-sketch.js';
import type { Backend, RunOptions } from '../../lib/learning/backend.js';
import { planExpansion } from '../../lib/learning/expansion-plan.js';
import type { Model } from '../../lib/learning/model.js';
import { type BackgroundRanks, rankKey } from '../../lib/learning/model-scoring.js';
import { createScoreColumns, needsOf, type ScorePlan } from '../../lib/learning/score-plan.js';
import { RowScorer } from '../../lib/learning/score-rows.js';
import { PatternTable } from '../../lib/physics/patterns.js';
import { openDistances, openNetworks } from '../scorer/scoring-parts.js';
import type { ValidationSample } from './scoring-sample.js';

/**
 * Ranks among the validation events, which the model has neither been trained on nor is tested with, by abs(weight).
 * @param model finished but for its ranks
 * @param scaler id of the scaler that has scaled the rows, where one has
 * @throws reference_too_small without validation events
 */
export async function backgroundRanks(
  model: Pick<Model, 'network' | 'scaler' | 'parameters' | 'usual' | 'usualFloor' | 'scoring'>,
  plan: ScorePlan,
  { rows, highLevel, squares, absolutes }: ValidationSample,
  scaler: string | undefined,
  backend: Backend,
  options: RunOptions,
): Promise<BackgroundRanks[]> {
  if (rows.rows === 0) {
    throw new RmmError(
      'reference_too_small',
      'no validation event is there to take ranks among; give more background, raise training.validation_fraction, or leave rank_average out of scores',
    );
  }
  const specs = plan.specs.filter(({ type }) => type !== 'rank_average');
  const ranked = { ...plan, specs };
  const networks = await openNetworks(model, plan, backend, options);
  try {
    const parts = { networks, ...openDistances(model, ranked) };
    const scorer = new RowScorer(parts, planExpansion(model.scaler), ranked);
    const scores = createScoreColumns(ranked, rows.rows);
    const found = new PatternTable(rows.columns, rows.maskWords).rows(rows);
    if (scaler === undefined) await scorer.score(found, scores, 0, highLevel);
    else await scorer.scoreScaled({ ...found, scaler, squares, absolutes }, scores, 0, highLevel);
    const sketches = new Map<string, QuantileSketch>();
    for (const { spec, column } of needsOf(plan).ranked) {
      const sketch = new QuantileSketch();
      const values = scores[column]!;
      for (let row = 0; row < rows.rows; row += 1) sketch.add(values[row]!, rows.weight[row]!);
      sketches.set(rankKey(spec, column), sketch);
    }
    return [...sketches].map(([key, sketch]) => ({ key, sketch }));
  } finally {
    for (const network of networks) await network.release();
  }
}
