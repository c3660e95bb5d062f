import type { Config } from '../../lib/config/index.js';
import { needsOf } from '../../lib/learning/score-plan.js';
import { featurizerOf } from '../featurizer/config.js';
import type { RowExpectation } from '../wire/features.js';
import { scorePlanOf } from './score-plan.js';

/** What the scaled rows of a run are like. */
export function scaledExpectation(config: Config): RowExpectation {
  return {
    layout: featurizerOf(config).layout,
    megasets: config.training.megasets,
    highLevel: needsOf(scorePlanOf(config)).highLevel,
  };
}
