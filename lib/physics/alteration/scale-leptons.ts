import type { LeptonColumns } from '../events.js';
import type { IndexList, Selected } from '../selection/index.js';

export type ScaledFlavours = 'electron' | 'muon' | 'both';

/**
 * Multiplies the pT of the first electron and of the first muon of each selected event by `factor`, as an
 * anomaly that no cut has seen: the direction and the mass stay, so that E^2 grows by (factor^2 - 1) p^2; MET stays
 * unchanged (decisions.md 5). The selected leptons are put in order of falling pT again. Changes the columns.
 */
export function scaleFirstLeptons(
  leptons: LeptonColumns,
  selected: Selected,
  flavours: ScaledFlavours,
  factor: number,
): void {
  if (flavours !== 'muon') scaleFirst(leptons, selected.electrons, selected.count, factor);
  if (flavours !== 'electron') scaleFirst(leptons, selected.muons, selected.count, factor);
  // Within a flavour the first may have become softer than the next where the factor is below 1.
  for (const list of [selected.leptons, selected.electrons, selected.muons])
    sortByPt(leptons.pt, list, selected.count);
}

function scaleFirst(
  { pt, eta, energy }: LeptonColumns,
  { offsets, items }: IndexList,
  count: number,
  factor: number,
): void {
  const growth = factor * factor - 1;
  for (let row = 0; row < count; row++) {
    if (offsets[row + 1] === offsets[row]) continue;
    const item = items[offsets[row]!]!;
    const momentum = pt[item]! * Math.cosh(eta[item]!);
    energy[item] = Math.sqrt(energy[item]! ** 2 + growth * momentum * momentum);
    pt[item]! *= factor;
  }
}

/** By falling pT, equal ones as they were. */
function sortByPt(pt: Float64Array, { offsets, items }: IndexList, count: number): void {
  for (let row = 0; row < count; row++) {
    const start = offsets[row]!;
    for (let k = start + 1; k < offsets[row + 1]!; k++) {
      const item = items[k]!;
      let place = k;
      while (place > start && pt[items[place - 1]!]! < pt[item]!) {
        items[place] = items[place - 1]!;
        place--;
      }
      items[place] = item;
    }
  }
}
