import { choice, list, real, section } from './keys.js';

const score = section('One score.', {
  type: choice(
    'error: mean squared error; error_normalised: each column divided by its usual error; error_abs: ln of the mean absolute error.',
    ['error', 'error_normalised', 'error_abs'],
  ),
  floor_fraction: real(
    "Least divisor of a column's squared error, as a share of the median divisor.",
    0.001,
    { minimum: 0, maximum: 1, when: { key: 'type', values: ['error_normalised'] } },
  ),
});

export const scoresSchema = list(
  'The anomaly scores to write: names, or maps with a type and options.',
  score,
  [
    { type: 'error', floor_fraction: 0.001 },
    { type: 'error_normalised', floor_fraction: 0.001 },
    { type: 'error_abs', floor_fraction: 0.001 },
  ],
  { minItems: 1, maxItems: 64, shorthand: 'type' },
);
