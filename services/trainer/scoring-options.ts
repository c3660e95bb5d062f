import type { Config } from '../../lib/config/index.js';
import { needsOf } from '../../lib/learning/score-plan.js';
import { scorePlanOf } from '../scorer/score-plan.js';
import type { ScoringSampleOptions } from './scoring-sample.js';

/** What the trainer gathers for the scores of the configuration; undefined where the network alone gives them. */
export function scoringSampleOptions(config: Config): ScoringSampleOptions | undefined {
  const plan = scorePlanOf(config);
  const needs = needsOf(plan);
  if (!needs.highLevel && needs.ranked.length === 0) return undefined;
  const neighbours = plan.specs.map((spec) => (spec.type === 'knn' ? spec.neighbours : 1));
  return {
    needs,
    neighbours: Math.max(...neighbours),
    weighting: needs.referenceWeighting,
    seed: config.training.seed,
  };
}
