import type { Events } from '../events.js';
import { pairMassSquared } from '../kinematics.js';
import { markJets } from './jet-rules.js';
import { markLeptons } from './lepton-rules.js';
import { objectClass } from './object-class.js';
import type { SelectionOptions } from './options.js';
import { reason } from './reason.js';
import type { Selected } from './selected.js';
import { asksForTriggers, markFired } from './triggers.js';
import { weightLimit, weightVerdict } from './weights.js';

// Constants of this module: V8 folds these into the loops, but loads imported ones each time.
const { rejected, unphysical, electron, lightJet, bJet } = objectClass;

/**
 * Selects the events of one batch of one file into `out`, which is reused and returned.
 * `medianAbsWeight` is the file's median over finite non-zero abs(weight) of all entries (decisions.md 17).
 * An event gets the first reason that applies, in this order: dead letter by weight, dead letter by a value
 * without meaning, trigger, number of leptons, pT of the leptons (three leptons), m_ll.
 * Throws configuration errors only (a column, trigger or year that is not there).
 */
export function select(
  events: Events,
  options: SelectionOptions,
  medianAbsWeight: number,
  out: Selected,
): Selected {
  const { leptons, jets, count, weight, met, metPhi } = events;
  const leptonTotal = leptons.offsets[count]!;
  const jetTotal = jets.offsets[count]!;
  out.reserve(count, leptonTotal, jetTotal);
  markLeptons(leptons, leptonTotal, options, out.leptonClass);
  markJets(jets, jetTotal, options, out.jetClass);
  const triggered = asksForTriggers(options);
  if (triggered) markFired(events, options, out.fired);

  const limit = weightLimit(medianAbsWeight, options.absurdWeightFactor);
  const { leptonClass, jetClass, fired } = out;
  const good = out.leptons.items;
  let goodEnd = 0;
  let selected = 0;
  for (let event = 0; event < count; event++) {
    const leptonStart = leptons.offsets[event]!;
    const leptonStop = leptons.offsets[event + 1]!;
    const jetStart = jets.offsets[event]!;
    const jetStop = jets.offsets[event + 1]!;
    const verdict = weightVerdict(weight[event]!, limit);
    if (verdict !== reason.selected) {
      out.reason[event] = verdict;
      continue;
    }
    if (
      !(met[event]! >= 0 && met[event]! <= 1e9 && Math.abs(metPhi[event]!) <= 1e3) ||
      hasUnphysical(leptonClass, leptonStart, leptonStop) ||
      hasUnphysical(jetClass, jetStart, jetStop)
    ) {
      out.reason[event] = reason.unphysical;
      continue;
    }
    if (triggered && fired[event] === 0) {
      out.reason[event] = reason.trigger;
      continue;
    }
    const end = collectByPt(leptonClass, leptons.pt, leptonStart, leptonStop, good, goodEnd);
    const cut = leptonCut(events, options, good, goodEnd, end);
    out.reason[event] = cut;
    if (cut !== reason.selected) continue;
    const jetEnd = collectByPt(
      jetClass,
      jets.pt,
      jetStart,
      jetStop,
      out.jets.items,
      out.jets.offsets[selected]!,
    );
    goodEnd = end;
    out.index[selected] = event;
    out.leptons.offsets[selected + 1] = end;
    out.jets.offsets[selected + 1] = jetEnd;
    selected++;
  }
  out.count = selected;
  splitByClass(out);
  return out;
}

function hasUnphysical(classes: Uint8Array, start: number, stop: number): boolean {
  for (let k = start; k < stop; k++) if (classes[k] === unphysical) return true;
  return false;
}

/** Writes the objects that are not rejected from `at` on, by falling pT, equal ones in input order; returns the end. */
function collectByPt(
  classes: Uint8Array,
  pt: Float64Array,
  start: number,
  stop: number,
  items: Int32Array,
  at: number,
): number {
  let end = at;
  for (let k = start; k < stop; k++) {
    if (classes[k] === rejected) continue;
    const ptK = pt[k]!;
    let place = end++;
    while (place > at && pt[items[place - 1]!]! < ptK) {
      items[place] = items[place - 1]!;
      place--;
    }
    items[place] = k;
  }
  return end;
}

/** The first lepton cut that the event fails, or `selected`. */
function leptonCut(
  events: Events,
  options: SelectionOptions,
  good: Int32Array,
  start: number,
  end: number,
): number {
  const found = end - start;
  if (options.leptons === 'at_least_2' ? found < 2 : found !== (options.leptons === 'exactly_2' ? 2 : 3)) {
    return reason.leptons;
  }
  const { pt, eta, phi, energy } = events.leptons;
  const first = good[start]!;
  const second = good[start + 1]!;
  if (options.leptons === 'exactly_3' && !(pt[second]! > options.threeLeptonPtMinGev)) return reason.leptonPt;
  if (options.mllMinGev > 0) {
    const squared = pairMassSquared(
      pt[first]!,
      eta[first]!,
      phi[first]!,
      energy[first]!,
      pt[second]!,
      eta[second]!,
      phi[second]!,
      energy[second]!,
    );
    if (!(Math.sqrt(Math.max(squared, 0)) > options.mllMinGev)) return reason.mll;
  }
  return reason.selected;
}

/** Deals the sorted lists of the selected events out by flavour and by tag, and counts jets that are neither. */
export function splitByClass(out: Selected): void {
  const { leptonClass, jetClass, leptons, electrons, muons, jets, lightJets, bJets } = out;
  let electronEnd = 0;
  let muonEnd = 0;
  let lightEnd = 0;
  let bEnd = 0;
  out.unclassifiedJets = 0;
  for (let row = 0; row < out.count; row++) {
    for (let k = leptons.offsets[row]!; k < leptons.offsets[row + 1]!; k++) {
      const item = leptons.items[k]!;
      if (leptonClass[item] === electron) electrons.items[electronEnd++] = item;
      else muons.items[muonEnd++] = item;
    }
    for (let k = jets.offsets[row]!; k < jets.offsets[row + 1]!; k++) {
      const item = jets.items[k]!;
      const kind = jetClass[item]!;
      if (kind === lightJet) lightJets.items[lightEnd++] = item;
      else if (kind === bJet) bJets.items[bEnd++] = item;
      else out.unclassifiedJets++;
    }
    electrons.offsets[row + 1] = electronEnd;
    muons.offsets[row + 1] = muonEnd;
    lightJets.offsets[row + 1] = lightEnd;
    bJets.offsets[row + 1] = bEnd;
  }
}
