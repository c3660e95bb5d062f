import { integer, list, real, section, text } from './keys.js';

/** Nothing here changes a run: a report is made from its outputs. */
export const reportSchema = section(
  'The report of finished runs (`rmmstream report`).',
  {
    score: text(
      'The score by which regions are made and events ranked: a column of the score files.',
      'error',
      {
        results: false,
      },
    ),
    median_steps: list(
      'Regions above m + i m / 5, m the median score of the background; their numbers i.',
      integer('A number i.', 1, { minimum: 0, maximum: 100 }),
      [1, 2, 3],
      { minItems: 1, maxItems: 20, unique: true, results: false },
    ),
    background_efficiencies: list(
      'Regions that keep such a share of the background.',
      real('A share.', 0.01, { exclusiveMinimum: 0, exclusiveMaximum: 1 }),
      [0.1, 0.01, 0.001],
      { minItems: 1, maxItems: 20, unique: true, results: false },
    ),
    background_uncertainty: real(
      'Relative uncertainty of the background in the third form of the significance.',
      0.2,
      { minimum: 0, maximum: 10, results: false },
    ),
    min_background_rows: integer(
      'A threshold is the best of a scan only where it keeps at least so many simulated background events.',
      10,
      { unit: 'events', minimum: 1, maximum: 1_000_000, results: false },
    ),
    agreement_p_min: real(
      'A variable whose data and simulation agree with a smaller p-value is named.',
      0.001,
      { exclusiveMinimum: 0, exclusiveMaximum: 1, results: false },
    ),
    agreement_figures: integer(
      'Number of features whose data and simulation are drawn, those that agree least.',
      12,
      { minimum: 0, maximum: 1000, results: false },
    ),
    agreement_runs: integer(
      'Number of runs of the data, those with most events, that are compared each with all others.',
      50,
      { minimum: 0, maximum: 1000, results: false },
    ),
    object_events: integer(
      'Lepton and jet variables that neither scores nor features hold (lepton pT, isolation, d0 significance, mT2, ...) are compared too, from the input files, where no more than so many events of data and background have to be read again; 0 for none.',
      2_000_000,
      { unit: 'events', minimum: 0, maximum: 1_000_000_000, results: false },
    ),
    yield_tolerance: real(
      'A sample is named whose events, weighted, exceed cross section x luminosity by more than this share.',
      0.01,
      { minimum: 0, maximum: 10, results: false },
    ),
    bump_toys: integer('Toys for the global p-value of each mass spectrum.', 500, {
      minimum: 0,
      maximum: 10_000_000,
      results: false,
    }),
    bump_p_max: real('An excess with a smaller global p-value is named.', 0.01, {
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      results: false,
    }),
    bump_mll_from: real('mll from which a falling background is fitted, beyond the Z peak.', 110, {
      unit: 'GeV',
      minimum: 10,
      maximum: 5000,
      results: false,
    }),
    bump_mlll_from: real(
      'mlll from which a falling background is fitted, beyond where WZ is most frequent.',
      200,
      { unit: 'GeV', minimum: 10, maximum: 5000, results: false },
    ),
    bump_mass_to: real('Highest mass of the search for a bump; below the centre-of-mass energy.', 6000, {
      unit: 'GeV',
      minimum: 5100,
      maximum: 1_000_000,
      results: false,
    }),
    bump_bin_width: real('Width of the bins of mass spectra, relative to the mass.', 0.05, {
      minimum: 0.005,
      maximum: 0.5,
      results: false,
    }),
    top_events: integer('Number of most anomalous events that are shown.', 12, {
      minimum: 0,
      maximum: 200,
      results: false,
    }),
    sample_events: integer(
      'Events of a process in a region whose reconstruction is looked at; of more, so many are drawn by a hash.',
      10_000,
      { minimum: 100, maximum: 1_000_000, results: false },
    ),
    seed: integer('Seed of toys and samples.', 1, { minimum: 0, maximum: 4_294_967_295, results: false }),
    threads: integer(
      'Threads that read the scores. With more than one sums are added in any order: their last digits may change from one report to the next.',
      1,
      { minimum: 1, maximum: 256, results: false },
    ),
    memory_mb: integer('Memory that DuckDB may take; beyond it works on disk.', 1024, {
      unit: 'MB',
      minimum: 256,
      maximum: 1_048_576,
      results: false,
    }),
  },
  { results: false },
);
