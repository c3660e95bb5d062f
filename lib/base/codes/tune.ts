import type { CodeSpec } from './code-spec.js';

/** Error codes of the search for hyperparameters. */
export const tuneCodes = {
  tune_space_invalid: {
    domain: 'user',
    exit: 2,
    summary: 'The search space does not fit the number of trained columns.',
    cure: 'Change the range under tune.space that the message names.',
  },
  tune_no_validation: {
    domain: 'user',
    exit: 2,
    summary: 'There is no validation event by which configurations could be compared.',
    cure: 'Set training.validation_fraction above 0, or give more background events.',
  },
  tune_all_diverged: {
    domain: 'data',
    exit: 1,
    summary: 'The training of every configuration of a search diverged.',
    cure: 'Look at trials.md for the reasons; give smaller learning rates in tune.space.',
  },
} as const satisfies Record<string, CodeSpec>;
