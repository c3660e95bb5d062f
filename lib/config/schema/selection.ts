import { choice, derived, integer, list, real, requiredText, section } from './keys.js';

export const selectionSchema = section(
  'Which objects and which events are kept. Defaults are those for ATLAS Open Data; absolute pseudorapidities.',
  {
    leptons: choice(
      'Number of good leptons an event must have.',
      ['at_least_2', 'exactly_2', 'exactly_3'],
      'at_least_2',
    ),
    lepton_pt_min_gev: real('Good leptons have a transverse momentum above this.', 7, {
      unit: 'GeV',
      minimum: 0,
      maximum: 1e5,
    }),
    electron_eta_max: real('Good electrons lie within this pseudorapidity; 0 asks nothing.', 0, {
      minimum: 0,
      maximum: 100,
    }),
    muon_eta_max: real('Good muons lie within this pseudorapidity; 0 asks nothing.', 0, {
      minimum: 0,
      maximum: 100,
    }),
    lepton_etcone20_rel_max: real('Good leptons have etcone20 / pT (signed) below this.', 0.15, {
      minimum: 0,
      maximum: 1e3,
    }),
    lepton_ptcone30_rel_max: real('Good leptons have ptcone30 / pT below this.', 0.15, {
      minimum: 0,
      maximum: 1e3,
    }),
    three_lepton_pt_min_gev: real('With leptons exactly_3: two of the three must be above this.', 20, {
      unit: 'GeV',
      minimum: 0,
      maximum: 1e5,
      when: { key: 'leptons', values: ['exactly_3'] },
    }),
    mll_min_gev: real(
      'The invariant mass of the two hardest good leptons is above this; 0 asks nothing.',
      0,
      { unit: 'GeV', minimum: 0, maximum: 1e5 },
    ),
    jet_pt_min_gev: real('Jets have a transverse momentum above this.', 20, {
      unit: 'GeV',
      minimum: 0,
      maximum: 1e5,
    }),
    jet_eta_max: real('Jets lie within this pseudorapidity.', 2.8, { exclusiveMinimum: 0, maximum: 100 }),
    jet_jvt_min: real(
      'Jets below jet_jvt_pt_max_gev and within jet_jvt_eta_max have a JVT above this.',
      0.59,
      {
        minimum: -10,
        maximum: 10,
      },
    ),
    jet_jvt_pt_max_gev: real('JVT is asked only of jets softer than this.', 60, {
      unit: 'GeV',
      minimum: 0,
      maximum: 1e5,
    }),
    jet_jvt_eta_max: real('JVT is asked only of jets within this pseudorapidity.', 2.4, {
      minimum: 0,
      maximum: 100,
    }),
    bjet_discriminant_min: real(
      'A jet is b-tagged at or above this discriminant (default: MV2c10 at its 77 % working point).',
      0.6459,
      { minimum: -100, maximum: 100 },
    ),
    light_jet_discriminant_max: derived(
      real(
        'A jet is light below this discriminant; from here to bjet_discriminant_min it is neither, and counted.',
        0,
        { minimum: -100, maximum: 100 },
      ),
      'bjet_discriminant_min',
    ),
    bjet_eta_max: real('b-tagged jets beyond this pseudorapidity count as light.', 2.5, {
      minimum: 0,
      maximum: 100,
    }),
    triggers: derived(
      list(
        'Trigger names of the profile, any of which must have fired; an empty list asks for none.',
        requiredText('A trigger name.'),
        undefined,
        { unique: true },
      ),
      'default_triggers of the profile',
    ),
    absurd_weight_factor: real(
      "A weight above this many times its file's median absolute weight is corrupt and goes to the dead letters.",
      1e4,
      { minimum: 1, maximum: 1e300 },
    ),
    corrupt: section('When a sample counts as corrupt: both limits passed.', {
      max_fraction: real(
        'Share of corrupt weights among the entries of a sample above which it is corrupt.',
        0.001,
        {
          minimum: 0,
          maximum: 1,
        },
      ),
      min_rows: integer('Fewer corrupt rows than this never make a sample corrupt.', 5, {
        unit: 'events',
        minimum: 1,
        maximum: 1_000_000_000,
      }),
    }),
  },
);
