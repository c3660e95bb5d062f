import type { Events } from './events.js';
import { pairMassSquared, transverseEnergy } from './kinematics.js';
import { objectClass } from './selection/object-class.js';
import { grown, type Selected } from './selection/selected.js';

/** Flavour compositions by code: of the two hardest good leptons, or of the three hardest where there are three or more. */
export const flavourNames: readonly string[] = ['ee', 'em', 'mm', 'eee', 'eem', 'emm', 'mmm'];

/** Event quantities of selected events, one value a row; reused, valid until the next fill. GeV, radians. */
export class EventQuantities {
  rows = 0;
  met = new Float64Array(0);
  metPhi = new Float64Array(0);
  /** Invariant mass of the two hardest good leptons. */
  mll = new Float64Array(0);
  /** Invariant mass of the three hardest good leptons; NaN (null in files) where there are only two. */
  mlll = new Float64Array(0);
  /** Scalar sum of pT over all selected leptons and jets, gap and surplus ones included. */
  ht = new Float64Array(0);
  nLeptons = new Int16Array(0);
  nJets = new Int16Array(0);
  /** Index into flavourNames. */
  flcomp = new Uint8Array(0);

  reserve(rows: number): void {
    if (this.met.length >= rows) return;
    const size = grown(rows);
    this.met = new Float64Array(size);
    this.metPhi = new Float64Array(size);
    this.mll = new Float64Array(size);
    this.mlll = new Float64Array(size);
    this.ht = new Float64Array(size);
    this.nLeptons = new Int16Array(size);
    this.nJets = new Int16Array(size);
    this.flcomp = new Uint8Array(size);
  }
}

/** Fills `out` with the quantities of every selected event and returns it. */
export function eventQuantities(events: Events, selected: Selected, out: EventQuantities): EventQuantities {
  const { leptons, jets } = selected;
  out.reserve(selected.count);
  out.rows = selected.count;
  for (let row = 0; row < selected.count; row++) {
    const event = selected.index[row]!;
    const start = leptons.offsets[row]!;
    const stop = leptons.offsets[row + 1]!;
    const jetStart = jets.offsets[row]!;
    const jetStop = jets.offsets[row + 1]!;
    out.met[row] = events.met[event]!;
    out.metPhi[row] = events.metPhi[event]!;
    out.nLeptons[row] = stop - start;
    out.nJets[row] = jetStop - jetStart;
    out.ht[row] =
      sumPt(events.leptons.pt, leptons.items, start, stop) +
      sumPt(events.jets.pt, jets.items, jetStart, jetStop);
    fillMasses(events, leptons.items, start, stop, out, row);
    out.flcomp[row] = flavourCode(selected.leptonClass, leptons.items, start, stop);
  }
  return out;
}

function sumPt(pt: Float64Array, items: Int32Array, start: number, stop: number): number {
  let sum = 0;
  for (let k = start; k < stop; k++) sum += pt[items[k]!]!;
  return sum;
}

function fillMasses(
  events: Events,
  items: Int32Array,
  start: number,
  stop: number,
  out: EventQuantities,
  row: number,
): void {
  const first = items[start]!;
  const second = items[start + 1]!;
  const squared12 = leptonPair(events, first, second);
  out.mll[row] = Math.sqrt(Math.max(squared12, 0));
  if (stop - start < 3) {
    out.mlll[row] = Number.NaN;
    return;
  }
  // m123^2 = m12^2 + m13^2 + m23^2 - m1^2 - m2^2 - m3^2
  const third = items[start + 2]!;
  const squared =
    squared12 +
    leptonPair(events, first, third) +
    leptonPair(events, second, third) -
    leptonMassSquared(events, first) -
    leptonMassSquared(events, second) -
    leptonMassSquared(events, third);
  out.mlll[row] = Math.sqrt(Math.max(squared, 0));
}

function leptonPair(events: Events, a: number, b: number): number {
  const { pt, eta, phi, energy } = events.leptons;
  return pairMassSquared(pt[a]!, eta[a]!, phi[a]!, energy[a]!, pt[b]!, eta[b]!, phi[b]!, energy[b]!);
}

function leptonMassSquared(events: Events, k: number): number {
  const pt = events.leptons.pt[k]!;
  const transverse = transverseEnergy(pt, pt * Math.sinh(events.leptons.eta[k]!), events.leptons.energy[k]!);
  return (transverse - pt) * (transverse + pt);
}

function flavourCode(classes: Uint8Array, items: Int32Array, start: number, stop: number): number {
  const counted = Math.min(stop - start, 3);
  let muons = 0;
  for (let k = 0; k < counted; k++) muons += classes[items[start + k]!] === objectClass.muon ? 1 : 0;
  return counted === 3 ? 3 + muons : muons;
}
