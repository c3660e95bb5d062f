import type { Config } from '../../lib/config/index.js';
import type { Backend } from '../../lib/learning/backend.js';
import type { Model } from '../../lib/learning/model.js';
import type { EnsembleMember, ModelScoring } from '../../lib/learning/model-scoring.js';
import { needsOf } from '../../lib/learning/score-plan.js';
import { scorePlanOf } from '../scorer/score-plan.js';
import type { MegasetPlan } from './megaset-store.js';
import { backgroundRanks } from './model-ranks.js';
import { scoringSampleOptions } from './scoring-options.js';
import { readScoringSample } from './scoring-sample.js';

/** What scores need beside the network; undefined where it alone gives them. */
export async function makeScoring(
  model: Omit<Model, 'scoring' | 'card'>,
  members: readonly EnsembleMember[],
  { scaler }: MegasetPlan,
  backend: Backend,
  config: Config,
  megasetFolder: string,
): Promise<ModelScoring | undefined> {
  const plan = scorePlanOf(config);
  const needs = needsOf(plan);
  const gathers = scoringSampleOptions(config) !== undefined;
  if (!gathers && members.length === 0) return undefined;
  const sample = gathers ? readScoringSample(megasetFolder, needs) : {};
  const scoring: ModelScoring = {
    ...(sample.reference === undefined ? {} : { reference: sample.reference }),
    referenceEvents: needs.referenceEvents,
    referenceWeighting: needs.referenceWeighting,
    members,
    ranks: [],
  };
  if (sample.validation === undefined) return scoring;
  const options = { batch: config.learning.score_batch_events, threads: config.learning.threads };
  const finished = { ...model, scoring };
  const ranks = await backgroundRanks(finished, plan, sample.validation, scaler, backend, options);
  return { ...scoring, ranks };
}
