import { type Config, rankedScore, scoreColumnNames, usualScoreOptions } from '../../lib/config/index.js';
import type { ScorePlan, ScoreSpec } from '../../lib/learning/score-plan.js';

type Score = Config['scores'][number];

/**
 * The scores that the configuration asks for, and those that they are made from.
 * @param config that passed its rules (lib/config/score-columns.ts)
 */
export function scorePlanOf(config: Pick<Config, 'scores'>): ScorePlan {
  const { scores } = config;
  const raw = scores.filter(({ type }) => type !== 'rank_average').map(rawSpec);
  const error = hidden('error', raw);
  const averages = scores.flatMap((score): ScoreSpec[] =>
    score.type === 'rank_average'
      ? [{ type: 'rank_average', column: score.name ?? score.type, of: score.of!.map(columnOf(scores, raw)) }]
      : [],
  );
  return { specs: [...raw, ...averages], error, written: scoreColumnNames(config) };
}

function rawSpec(score: Score): ScoreSpec {
  const { type, name, of, members, neighbours } = score;
  const column = name ?? type;
  switch (type) {
    case 'knn':
      return {
        type,
        column,
        neighbours,
        referenceEvents: score.reference_events,
        referenceWeighting: score.reference_weights === 'abs' ? 'abs' : 'uniform',
      };
    case 'ensemble': {
      const network = of![0] as 'error' | 'error_normalised' | 'error_abs';
      const mean = name ?? `ensemble_${network}`;
      return { type, column: mean, spread: `${mean}_spread`, of: network, members };
    }
    default:
      return { type, column } as ScoreSpec;
  }
}

/** Column of the score of a type; one that is not written is added to `raw`. */
function hidden(type: Score['type'], raw: ScoreSpec[]): string {
  const found = raw.find((spec) => spec.type === type);
  if (found !== undefined) return found.column;
  raw.push(rawSpec({ type, ...usualScoreOptions }));
  return type;
}

function columnOf(scores: Config['scores'], raw: ScoreSpec[]): (name: string) => string {
  return (name) => {
    const meant = rankedScore(name, scores)!;
    if (typeof meant === 'string') return hidden(meant, raw);
    // Its own column, or with an ensemble that of its spread.
    return meant.type === name ? (meant.name ?? meant.type) : name;
  };
}
