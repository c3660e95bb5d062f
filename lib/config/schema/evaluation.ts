import { integer, list, real, section } from './keys.js';

export const evaluationSchema = section('The figures in run.json.', {
  background_efficiencies: list(
    'Background efficiencies at which signal efficiencies are given.',
    real('A background efficiency.', 0.01, { exclusiveMinimum: 0, exclusiveMaximum: 1 }),
    [0.1, 0.01, 0.001],
    { minItems: 1, maxItems: 100, unique: true },
  ),
  energy_bin_quantiles: list(
    'Background quantiles of H_T + MET that bound the bins of "AUC within bins"; increasing.',
    real('A quantile.', 0.5, { exclusiveMinimum: 0, exclusiveMaximum: 1 }),
    [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99],
    { minItems: 1, maxItems: 1000, unique: true },
  ),
  min_bin_events: real('Bins are merged until each has this many effective background events.', 50, {
    unit: 'events',
    minimum: 1,
    maximum: 1e9,
  }),
  bootstrap_samples: integer(
    'Bootstrap samples from which statistical errors of areas and efficiencies are made; an error is uncertain by 1 in sqrt(2 x samples). With more than 50,000 events of test background and signals their limit of infinitely many is taken. 0: no errors.',
    100,
    { minimum: 0, maximum: 100_000 },
  ),
  bootstrap_seed: integer('Seed of the bootstrap.', 1, { minimum: 0, maximum: 4_294_967_295 }),
});
