import type { Config } from '../../lib/config/index.js';
import { columnsOfSpec, type ScoreSpec } from '../../lib/learning/score-plan.js';
import type { LoadedModel } from '../scorer/model-folder.js';
import { scorePlanOf } from '../scorer/score-plan.js';

/** What run.json says of a column of scores: how it is made, and from what. */
export type ScoreRecord = { readonly type: ScoreSpec['type'] } & Readonly<Record<string, unknown>>;

/** Every score that is written, by its column; hidden ones that ranks are of are described within them. */
export function scoresRecord(
  config: Pick<Config, 'scores' | 'training'>,
  { model }: LoadedModel,
): Readonly<Record<string, ScoreRecord>> {
  const plan = scorePlanOf(config);
  const specs = new Map(
    plan.specs.flatMap((spec) => columnsOfSpec(spec).map((column) => [column, spec] as const)),
  );
  const reference = model.scoring?.reference?.rows;
  const describe = (column: string): ScoreRecord => {
    const spec = specs.get(column)!;
    switch (spec.type) {
      case 'error_normalised':
        return { type: spec.type, floor_fraction: model.usualFloor };
      case 'knn': {
        const { type, neighbours, referenceEvents, referenceWeighting } = spec;
        const events = Math.min(reference ?? 0, referenceEvents);
        return { type, neighbours, reference_events: events, reference_weighting: referenceWeighting };
      }
      case 'ensemble': {
        const { type, of, members, spread } = spec;
        const others = model.scoring?.members.slice(0, members - 1).map(({ seed }) => seed) ?? [];
        return {
          type,
          of,
          takes: column === spread ? 'spread' : 'mean',
          seeds: [config.training.seed, ...others],
        };
      }
      case 'rank_average':
        return {
          type: spec.type,
          of: Object.fromEntries(spec.of.map((ranked) => [ranked, describe(ranked)])),
        };
      default:
        return { type: spec.type };
    }
  };
  return Object.fromEntries(plan.written.map((column) => [column, describe(column)]));
}
