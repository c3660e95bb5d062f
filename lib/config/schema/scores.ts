import { choice, integer, list, optional, real, requiredText, section } from './keys.js';

/** Scores that one network gives. */
const networkScores = ['error', 'error_normalised', 'error_abs'] as const;
/** Scores that a rank average may name without an entry of their own: they need no choice. */
export const plainScores = [...networkScores, 'mahalanobis', 'knn'] as const;
export type NetworkScoreName = (typeof networkScores)[number];
export type PlainScoreName = (typeof plainScores)[number];

export function isNetworkScore(name: string): name is NetworkScoreName {
  return (networkScores as readonly string[]).includes(name);
}

export function isPlainScore(name: string): name is PlainScoreName {
  return (plainScores as readonly string[]).includes(name);
}

const score = section('One score.', {
  type: choice(
    'error: mean squared error; error_normalised: each column divided by its usual error; error_abs: ln of the mean absolute error; mahalanobis, knn: distance to the training events in the space of 15 high-level features (with features.type: rmm); rank_average: mean of the ranks that other scores have among the background; ensemble: mean and spread of a score over networks that differ in their seed only.',
    [...plainScores, 'rank_average', 'ensemble'],
  ),
  name: optional(
    requiredText(
      'Its column in the score files; else its type, for an ensemble ensemble_ and what it is of.',
      {
        pattern: '^[a-z][a-z0-9_]{0,62}$',
        form: 'lower-case letters, digits and _, beginning with a letter',
      },
    ),
  ),
  floor_fraction: real(
    "Least divisor of a column's squared error, as a share of the median divisor.",
    0.001,
    { minimum: 0, maximum: 1, when: { key: 'type', values: ['error_normalised'] } },
  ),
  neighbours: integer('Nearest training events over which the distance is averaged.', 10, {
    minimum: 1,
    maximum: 1000,
    when: { key: 'type', values: ['knn'] },
  }),
  reference_events: integer(
    'Training events among which neighbours are sought: a sample by hash, the same on every engine.',
    20_000,
    { unit: 'events', minimum: 10, maximum: 1_000_000, when: { key: 'type', values: ['knn'] } },
  ),
  reference_weights: choice(
    'abs: a training event comes into that sample in proportion to abs(weight), so that it is as dense as the expected background; none: each as well as another.',
    ['abs', 'none'],
    'abs',
    { when: { key: 'type', values: ['knn'] } },
  ),
  of: optional(
    list(
      'rank_average: columns of other scores, or types of scores, at least two; ensemble: one of error, error_normalised, error_abs.',
      requiredText('Column or type of a score.'),
      undefined,
      {
        minItems: 1,
        maxItems: 64,
        unique: true,
        lonely: true,
        when: { key: 'type', values: ['rank_average', 'ensemble'] },
      },
    ),
  ),
  members: integer('Networks of the ensemble; their seeds follow on training.seed.', 5, {
    minimum: 2,
    maximum: 64,
    when: { key: 'type', values: ['ensemble'] },
  }),
});

/** Options of a score that is only named. */
export const usualScoreOptions = {
  floor_fraction: 0.001,
  neighbours: 10,
  reference_events: 20_000,
  reference_weights: 'abs',
  members: 5,
} as const;

export const scoresSchema = list(
  'The anomaly scores to write: names, or maps with a type and options; rank_average: [a, b] is short for a rank average of a and b.',
  score,
  networkScores.map((type) => ({ type, ...usualScoreOptions })),
  { minItems: 1, maxItems: 64, shorthand: 'type', shortKeys: { rank_average: 'of' } },
);
