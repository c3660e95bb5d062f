import { choice, flag, integer, real, section } from './keys.js';

const ofMatrix = { key: 'type', values: ['rmm'] } as const;

function slots(what: string, value: number) {
  return integer(`Slots for ${what}; the surplus is dropped and counted.`, value, {
    minimum: 0,
    maximum: 30,
  });
}

export const featuresSchema = section('What is computed of each selected event.', {
  type: choice(
    'The rapidity-mass matrix, or one of the tables of physics.md 3.',
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
    },
    { when: ofMatrix },
  ),
  c: real('The factor C of h and h_L.', 0.15, { exclusiveMinimum: 0, maximum: 1e3, when: ofMatrix }),
  divide_by_sqrt_s: flag('Divides energies and masses by sqrt_s_gev; false leaves them in GeV.', false, {
    when: ofMatrix,
  }),
  sqrt_s_gev: real('Centre-of-mass energy.', 13_000, {
    unit: 'GeV',
    exclusiveMinimum: 0,
    maximum: 1e6,
    when: ofMatrix,
  }),
  map2rmm_met_min_gev: real(
    'With convention map2rmm: missing transverse momentum below this is set to 0.',
    30,
    {
      unit: 'GeV',
      minimum: 0,
      maximum: 1e5,
      when: { key: 'convention', values: ['map2rmm'] },
    },
  ),
  min_filled: integer(
    'A column that is non-zero in fewer training events than this goes around the network.',
    100,
    { unit: 'events', minimum: 0, maximum: 1_000_000_000 },
  ),
  min_std: real(
    'A column whose standard deviation over the training events is not above this goes around the network.',
    1e-6,
    { minimum: 0, maximum: 1e6 },
  ),
  constant_columns: choice(
    'Columns that hardly vary in training go around the network, or through it as in the thesis.',
    ['around', 'through'],
    'around',
  ),
});
