import type { Config } from '../../lib/config/index.js';
import { type SelectionOptions, selectionOptions } from '../../lib/physics/selection/index.js';

/** The `selection` section as the selection kernel takes it. */
export function selectionOf(config: Config): SelectionOptions {
  const given = config.selection;
  return selectionOptions({
    objects: 'open_data',
    leptons: given.leptons,
    leptonPtMinGev: given.lepton_pt_min_gev,
    electronAbsEtaMax: given.electron_eta_max,
    muonAbsEtaMax: given.muon_eta_max,
    etconeRatioMax: given.lepton_etcone20_rel_max,
    ptconeRatioMax: given.lepton_ptcone30_rel_max,
    jetPtMinGev: given.jet_pt_min_gev,
    jetAbsEtaMax: given.jet_eta_max,
    jvtMin: given.jet_jvt_min,
    jvtPtMaxGev: given.jet_jvt_pt_max_gev,
    jvtAbsEtaMax: given.jet_jvt_eta_max,
    btagMin: given.bjet_discriminant_min,
    lightTagMax: given.light_jet_discriminant_max,
    bjetAbsEtaMax: given.bjet_eta_max,
    threeLeptonPtMinGev: given.three_lepton_pt_min_gev,
    mllMinGev: given.mll_min_gev,
    triggers: given.triggers,
    absurdWeightFactor: given.absurd_weight_factor,
    corruptFraction: given.corrupt.max_fraction,
    corruptMinimum: given.corrupt.min_rows,
  });
}
