import type { JetColumns } from '../events.js';
import { needed } from './lepton-rules.js';
import { isPhysical, objectClass } from './object-class.js';
import type { SelectionOptions } from './options.js';

// Constants of this module: V8 folds these into the loops, but loads imported ones each time.
const { bJet, gapJet, lightJet, rejected, unphysical } = objectClass;

/**
 * Fills `out` with the class of each jet of a batch: pT, eta, JVT, then light, b or neither.
 * JVT is asked of jets that are both soft and central; the others pass without it.
 */
export function markJets(jets: JetColumns, count: number, options: SelectionOptions, out: Uint8Array): void {
  const { pt, eta, phi, energy, jvt } = jets;
  const tag = options.objects === 'open_data' ? jets.btag : needed(jets.dl1r, 'dl1r');
  const { jetPtMinGev, jetAbsEtaMax, jvtMin, jvtPtMaxGev, jvtAbsEtaMax } = options;
  const { btagMin, bjetAbsEtaMax, lightTagMax } = options;
  for (let k = 0; k < count; k++) {
    const ptK = pt[k]!;
    const absEta = Math.abs(eta[k]!);
    let kind: number;
    if (!isPhysical(ptK, absEta, phi[k]!, energy[k]!)) kind = unphysical;
    else if (!(ptK > jetPtMinGev && absEta < jetAbsEtaMax)) kind = rejected;
    else if (ptK < jvtPtMaxGev && absEta < jvtAbsEtaMax && !(jvt[k]! > jvtMin)) kind = rejected;
    else if (tag[k]! >= btagMin) kind = absEta < bjetAbsEtaMax ? bJet : lightJet;
    else kind = tag[k]! < lightTagMax ? lightJet : gapJet;
    out[k] = kind;
  }
}
