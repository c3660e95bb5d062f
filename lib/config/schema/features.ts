import { choice, derived, flag, integer, list, real, section, text } from './keys.js';

const ofMatrix = { key: 'type', values: ['rmm'] } as const;

function slots(what: string, thesis: number) {
  return derived(
    integer(`Slots for ${what}; 0 leaves the type out; the surplus is dropped and counted.`, thesis, {
      minimum: 0,
      maximum: 30,
    }),
    `convention: ${thesis}, map2rmm 10`,
  );
}

export const featuresSchema = section('What is computed of each selected event.', {
  type: choice(
    'The rapidity-mass matrix, or one of the tables of docs/physics.md.',
    ['rmm', 'report33', 'report35', 'report13'],
    'rmm',
  ),
  convention: choice(
    'How the cells of the matrix are defined: thesis, map2rmm (Chekanov), or thesis-code (what its program computed).',
    ['thesis', 'map2rmm', 'thesis-code'],
    'thesis',
    { when: ofMatrix },
  ),
  multiplicities: section(
    'Slots of the matrix for each type of object (6, 6, 5, 5 is T4N5 with six jets of each kind).',
    {
      light_jets: slots('light jets', 6),
      b_jets: slots('b-tagged jets', 6),
      electrons: slots('electrons', 5),
      muons: slots('muons', 5),
      photons: slots('photons (they stay empty where the profile has none)', 0),
    },
    { when: ofMatrix },
  ),
  c: derived(
    real('The factor C of h and h_L.', 0, { exclusiveMinimum: 0, maximum: 1e3, when: ofMatrix }),
    'convention: 0.15, map2rmm 1',
  ),
  divide_by_sqrt_s: derived(
    flag('Divides energies and masses by sqrt_s_gev; false leaves them in GeV.', false, { when: ofMatrix }),
    'convention: false, map2rmm true',
  ),
  sqrt_s_gev: real('Centre-of-mass energy.', 13_000, {
    unit: 'GeV',
    exclusiveMinimum: 0,
    maximum: 1e6,
    when: ofMatrix,
  }),
  met_min_gev: derived(
    real('Missing transverse momentum below this is set to 0 in the matrix; 0 changes nothing.', 0, {
      unit: 'GeV',
      minimum: 0,
      maximum: 1e5,
      when: ofMatrix,
    }),
    'convention: 0, map2rmm 30',
  ),
  min_filled: integer(
    'A column that is non-zero in fewer training events than this goes around the network.',
    100,
    { unit: 'events', minimum: 0, maximum: 1_000_000_000 },
  ),
  min_relative_std: real(
    'A column whose standard deviation over the training events is not above this share of its largest absolute value goes around the network.',
    1e-6,
    { minimum: 0, maximum: 1 },
  ),
  constant_columns: choice(
    'Columns that hardly vary in training go around the network, or through it as in the thesis.',
    ['around', 'through'],
    'around',
  ),
  exclude: choice(
    'Leaves columns out of training and of errors whose data and simulation have different shapes (auto), or none but those of exclude_columns. auto needs data samples, and the engine of one process.',
    ['none', 'auto'],
    'none',
  ),
  exclude_columns: list(
    'Columns that are left out of training and of errors.',
    text('A column name, or a pattern with * and ?.', 'lep1_z0'),
    [],
    { maxItems: 10_000 },
  ),
  exclude_p_min: real(
    "With exclude: auto a column is left out where its p-value, adjusted for the number of columns by Holm's rule, is smaller.",
    0.001,
    { exclusiveMinimum: 0, exclusiveMaximum: 1, when: { key: 'exclude', values: ['auto'] } },
  ),
});
