import { choice, flag, integer, list, real, requiredText, section } from './keys.js';

/** Nothing here changes a run: studies are made beside it. */
export const studySchema = section(
  'Sensitivity studies (`rmmstream study`).',
  {
    channel_removal: flag(
      'Every background sample is left out of training once and becomes the signal, and is trained on alone once, the others being signals.',
      true,
      { results: false },
    ),
    scaling_factors: list(
      'Factors by which the pT of the first electron and of the first muon is multiplied; empty for no such study.',
      real('A factor.', 1.5, { exclusiveMinimum: 0, maximum: 1000 }),
      [1.5, 3, 5, 7, 10],
      { maxItems: 100, unique: true, results: false },
    ),
    scaled_flavours: choice('Whose pT is multiplied.', ['both', 'electron', 'muon'], 'both', {
      results: false,
    }),
    reduced_scaling: flag(
      "Also the thesis' reduced form, in which only e_T and imbalance cells change; rapidity-mass matrix only.",
      true,
      { results: false },
    ),
    shuffled_pairs: list(
      'Feature shuffling: numbers of pairs of trained columns that change places in every event.',
      integer('A number of pairs.', 1, { minimum: 1, maximum: 10_000 }),
      [1, 5],
      { maxItems: 100, unique: true, results: false },
    ),
    dummy_shares: list(
      'Dummy data: shares of events, and of trained columns in each, whose values change places between events.',
      real('A share.', 0.2, { exclusiveMinimum: 0, maximum: 1 }),
      [0.2, 0.5],
      { maxItems: 100, unique: true, results: false },
    ),
    injected_shares: list(
      "Signal in the training data: each signal sample is added to the background that is trained on, with such a share of the background's weight; empty for no such study.",
      real('A share.', 0.01, { exclusiveMinimum: 0, maximum: 10 }),
      [0.001, 0.01],
      { maxItems: 100, unique: true, results: false },
    ),
    injected_signals: list(
      'Names of the signal samples that are injected; empty for all of them.',
      requiredText('A sample.'),
      [],
      { maxItems: 1000, unique: true, results: false },
    ),
    seed: integer('Seed of what is drawn in studies.', 1, {
      minimum: 0,
      maximum: 4_294_967_295,
      results: false,
    }),
    parallel: integer('Trainings at the same time; each takes one thread. 0: as many as engine.workers.', 0, {
      minimum: 0,
      maximum: 1024,
      results: false,
    }),
  },
  { results: false },
);
