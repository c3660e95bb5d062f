import { columnsOfSpec, type ScorePlan, type ScoreSpec } from '../../lib/learning/score-plan.js';

/** What a column of the score files means, in a sentence for people. */
export interface ScoreMeaning {
  readonly column: string;
  readonly meaning: string;
}

/** The written columns of a plan with their meaning, in their order. */
export function scoreMeanings(plan: ScorePlan): ScoreMeaning[] {
  const byColumn = new Map(
    plan.specs.flatMap((spec) => columnsOfSpec(spec).map((column) => [column, spec] as const)),
  );
  return plan.written.map((column) => ({ column, meaning: meaningOf(byColumn.get(column)!, column) }));
}

function meaningOf(spec: ScoreSpec, column: string): string {
  switch (spec.type) {
    case 'error':
      return 'mean over all columns of the squared difference between scaled feature and reconstruction';
    case 'error_normalised':
      return 'the same, each squared difference divided by its usual value on the training background';
    case 'error_abs':
      return 'natural logarithm of the mean absolute difference';
    case 'mahalanobis':
      return 'Mahalanobis distance to the training background in 15 high-level features';
    case 'knn':
      return `mean distance to the ${spec.neighbours} nearest of ${spec.referenceEvents} training events in 15 high-level features`;
    case 'ensemble':
      return `${column === spec.spread ? 'standard deviation' : 'mean'} of ${spec.of} over ${spec.members} networks that differ in their seed`;
    case 'rank_average':
      return `mean of the ranks of ${spec.of.join(' and ')} among the validation background`;
  }
}
