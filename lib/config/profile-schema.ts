import type { Static } from '@sinclair/typebox';
import { choice, integer, list, optional, requiredText, section, text, walkable } from './schema/keys.js';

const units = ['none', 'MeV', 'GeV', 'TeV', 'mm', 'cm', 'rad'] as const;

function column(what: string, value: 'real' | 'integer' | 'boolean') {
  return section(what, {
    branch: requiredText('Name of the branch.'),
    value: choice(
      'What the branch holds, of whatever width: real (float, double), integer or boolean.',
      ['real', 'integer', 'boolean'],
      value,
    ),
    unit: choice('Unit in the file; energies become GeV, lengths mm.', units, 'none'),
  });
}

/** The schema of schemas/profiles/*.yaml. Names on the left are ours (lib/physics/events.ts). */
export const profileSchema = section('Input profile: how the branches of a file become our columns.', {
  name: requiredText('Name of the profile.', {
    pattern: '^[a-z0-9][a-z0-9.-]{0,63}$',
    form: 'lower-case letters, digits, . and -',
  }),
  description: text('What kind of file it describes.', '-'),
  tree: requiredText('Name of the TTree.'),
  event: section('Columns with one value an event.', {
    run: column('Run number.', 'integer'),
    event: column('Event number.', 'integer'),
    channel: column('Dataset number (DSID) of simulation.', 'integer'),
    met: column('Missing transverse momentum.', 'real'),
    met_phi: column('Its azimuth.', 'real'),
    parent_event: optional(
      column(
        'Where the branch is there, it takes the place of the event number in the split key (amplified files).',
        'integer',
      ),
    ),
  }),
  leptons: section('Columns with one value a lepton.', {
    pt: column('Transverse momentum.', 'real'),
    eta: column('Pseudorapidity.', 'real'),
    phi: column('Azimuth.', 'real'),
    energy: column('Energy.', 'real'),
    charge: column('Charge, -1 or 1.', 'integer'),
    type: column('11 electron, 13 muon.', 'integer'),
    ptcone30: column('Track isolation.', 'real'),
    etcone20: column('Calorimeter isolation, signed.', 'real'),
    d0: column('Transverse impact parameter.', 'real'),
    d0_significance: column('Its significance.', 'real'),
    z0: column('Longitudinal impact parameter.', 'real'),
    tight: column('Tight identification.', 'boolean'),
  }),
  jets: section('Columns with one value a jet.', {
    pt: column('Transverse momentum.', 'real'),
    eta: column('Pseudorapidity.', 'real'),
    phi: column('Azimuth.', 'real'),
    energy: column('Energy.', 'real'),
    jvt: column('Jet vertex tagger.', 'real'),
    btag: column('b-tagging discriminant.', 'real'),
  }),
  weight: section(
    'Weight of simulation: product of the factors x cross_section_pb x luminosity [pb^-1] / sum_weights; data weigh 1.',
    {
      factors: list(
        'Branches that are multiplied, one value an event each.',
        requiredText('Name of the branch.'),
        undefined,
        {
          minItems: 1,
          unique: true,
        },
      ),
      cross_section_pb: requiredText('Branch with the cross section in pb.'),
      sum_weights: requiredText('Branch with the sum of weights of all generated events.'),
    },
  ),
  data_channel: integer('Channel number that marks real data.', 0, { minimum: 0, maximum: 2_147_483_647 }),
  triggers: list(
    'Trigger decisions that selection.triggers may ask for.',
    section('One trigger.', {
      name: requiredText('Name in selection.triggers.'),
      branch: requiredText('Name of the branch, boolean.'),
    }),
    [],
  ),
  default_triggers: list(
    'Triggers asked for where selection.triggers is not given.',
    requiredText('A trigger name.'),
    [],
    {
      unique: true,
    },
  ),
});

export const profileNode = walkable(profileSchema);

/** A profile as its file gives it, defaults filled in. */
export type Profile = Static<typeof profileSchema>;
export type BranchValue = 'real' | 'integer' | 'boolean';
export type BranchUnit = (typeof units)[number];

/** What one unit of the file is in ours: GeV, mm, rad. */
export function unitFactor(unit: BranchUnit): number {
  switch (unit) {
    case 'MeV':
      return 1e-3;
    case 'TeV':
      return 1e3;
    case 'cm':
      return 10;
    default:
      return 1;
  }
}
