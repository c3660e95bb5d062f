import { RmmError } from '../../lib/base/error.js';
import type { Backend, RunOptions } from '../../lib/learning/backend.js';
import type { Model } from '../../lib/learning/model.js';
import { missingFrom, rankKey } from '../../lib/learning/model-scoring.js';
import { needsOf, type ScorePlan, type ScoreSpec } from '../../lib/learning/score-plan.js';
import type { DistanceScorer, ScoringParts } from '../../lib/learning/score-rows.js';
import { HighLevelScorer } from '../../lib/learning/scores/high-level-scorer.js';
import type { HighLevelReference } from '../../lib/learning/scores/reference.js';
import { inverseUsualErrors } from '../../lib/learning/usual-errors.js';
import { highLevelNames } from '../../lib/physics/high-level.js';
import type { LoadedModel } from './model-folder.js';

/**
 * What the scores of a plan are computed with, from a model and what it holds beside its network.
 * @throws model_mismatch where it does not hold it
 */
export async function openParts(
  { id, model }: LoadedModel,
  plan: ScorePlan,
  backend: Backend,
  options: RunOptions,
): Promise<ScoringParts> {
  const missing = missingFrom(model.scoring, plan);
  const names = model.scoring?.reference?.names;
  if (names !== undefined && names.join() !== highLevelNames.join())
    missing.push(`high-level features ${highLevelNames.join(', ')} (it has ${names.join(', ')})`);
  if (missing.length > 0) {
    throw new RmmError(
      'model_mismatch',
      `model ${id} was trained without what these scores need: ${missing.join('; ')}. Leave them out of scores, or train a model with them`,
      { context: { model: id } },
    );
  }
  const held = new Map(model.scoring?.ranks.map(({ key, sketch }) => [key, sketch]));
  const ranks = new Map(
    needsOf(plan).ranked.map(({ column, spec }) => [column, held.get(rankKey(spec, column))!] as const),
  );
  return {
    networks: await openNetworks(model, plan, backend, options),
    ...openDistances(model, plan),
    ranks,
  };
}

/** The model's network, and as many others of its ensemble as the plan needs. */
export async function openNetworks(
  model: Pick<Model, 'network' | 'parameters' | 'usual' | 'usualFloor' | 'scoring'>,
  plan: ScorePlan,
  backend: Backend,
  options: RunOptions,
): Promise<ScoringParts['networks']> {
  const others = model.scoring?.members ?? [];
  const members = [model, ...others].slice(0, needsOf(plan).members);
  const opened = [];
  for (const { parameters, usual } of members) {
    const inverse = inverseUsualErrors(usual, model.usualFloor);
    opened.push(await backend.createScorer(model.network, parameters, inverse, options));
  }
  return opened;
}

/** Distances from the model's reference, by column. */
export function openDistances(
  { scoring }: Pick<Model, 'scoring'>,
  { specs }: ScorePlan,
): Pick<ScoringParts, 'distances'> {
  const distances = specs.flatMap((spec): [string, DistanceScorer][] =>
    spec.type === 'mahalanobis' || spec.type === 'knn'
      ? [[spec.column, distanceOf(scoring!.reference!, spec)]]
      : [],
  );
  return { distances: new Map(distances) };
}

function distanceOf(reference: HighLevelReference, spec: ScoreSpec): DistanceScorer {
  const columns = reference.names.length;
  if (spec.type !== 'knn') {
    const scorer = new HighLevelScorer(reference);
    return {
      score: (features, from, to, out, at) =>
        scorer.score(features.subarray(from * columns, to * columns), to - from, { mahalanobis: out }, at),
    };
  }
  // Reference rows come in the order of their keys: the first of them are the smaller sample.
  const rows = Math.min(reference.rows, spec.referenceEvents);
  const values = reference.values.subarray(0, rows * columns);
  const scorer = new HighLevelScorer({ ...reference, neighbours: spec.neighbours, rows, values });
  return {
    score: (features, from, to, out, at) =>
      scorer.score(features.subarray(from * columns, to * columns), to - from, { knn: out }, at),
  };
}
