import { type BranchUnit, type Profile, unitFactor } from '../../lib/config/profile-schema.js';
import type { FieldMap, FieldSource } from './field-map.js';

/**
 * The profile as the assembler wants it, for one file.
 * @param available names of the file's branches, for the optional ones
 */
export function profileFields(profile: Profile, options: { readonly data: boolean; readonly available: ReadonlySet<string>; readonly triggers: readonly string[] }): FieldMap {
  const { event, leptons, jets, weight } = profile;
  const parent = event.parent_event;
  return {
    scalars: {
      run: source(event.run),
      event: source(event.event),
      channel: source(event.channel),
      met: source(event.met),
      metPhi: source(event.met_phi),
    },
    leptons: {
      pt: source(leptons.pt),
      eta: source(leptons.eta),
      phi: source(leptons.phi),
      energy: source(leptons.energy),
      charge: source(leptons.charge),
      type: source(leptons.type),
      ptcone30: source(leptons.ptcone30),
      etcone20: source(leptons.etcone20),
      d0: source(leptons.d0),
      d0Significance: source(leptons.d0_significance),
      z0: source(leptons.z0),
      tight: source(leptons.tight),
    },
    jets: {
      pt: source(jets.pt),
      eta: source(jets.eta),
      phi: source(jets.phi),
      energy: source(jets.energy),
      jvt: source(jets.jvt),
      btag: source(jets.btag),
    },
    triggers: Object.fromEntries(
      // Only the triggers that the selection asks for are read.
      profile.triggers.filter(({ name }) => options.triggers.includes(name)).map(({ name, branch }) => [name, { branch, scale: 1 }])),
    weight: options.data
      ? undefined
      : { factors: weight.factors, crossSection: weight.cross_section_pb, sumOfWeights: weight.sum_weights },
    parentEvent: parent !== undefined && options.available.has(parent.branch) ? source(parent) : undefined,
  };
}

function source(column: { readonly branch: string; readonly unit: BranchUnit }): FieldSource {
  return { branch: column.branch, scale: unitFactor(column.unit) };
}
