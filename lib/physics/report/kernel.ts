import type { Events } from '../events.js';
import type { FeatureBuffer } from '../feature-buffer.js';
import type { FeatureLayout } from '../feature-rows.js';
import { pairMassSquared } from '../kinematics.js';
import type { Selected } from '../selection/selected.js';
import { type ReportSet, reportColumns, reportLayout } from './layout.js';
import { writeStransverseMass } from './mt2.js';

export interface ReportOptions {
  /** Jets counted by njet60 have pT above this. */
  readonly hardJetPtMinGev: number;
  /** Thresholds of the b-tagging discriminant for nbjet60, nbjet70, nbjet77, nbjet85. */
  readonly workingPoints: readonly [number, number, number, number];
}

/** MV2c10 working points of ATLAS Open Data. */
export const reportDefaults: ReportOptions = {
  hardJetPtMinGev: 60,
  workingPoints: [0.9349, 0.8244, 0.6459, 0.1758],
};

/**
 * The table featurizer. Of an event with more than two good leptons the two hardest are used; njet20 counts
 * every selected jet. Not shared between threads.
 */
export class ReportKernel {
  readonly layout: FeatureLayout;
  readonly options: ReportOptions;
  /** Place in the 35 columns of each column of the set. */
  readonly #kept: Int32Array;
  readonly #row = new Float64Array(reportColumns.length);

  constructor(set: ReportSet, options: ReportOptions = reportDefaults) {
    this.layout = reportLayout(set);
    this.options = options;
    this.#kept = Int32Array.from(this.layout.names, (name) => reportColumns.indexOf(name));
  }

  /** Writes one row for each selected event into `out` and returns it. */
  fill(events: Events, selected: Selected, out: FeatureBuffer): FeatureBuffer {
    const columns = this.layout.columns;
    out.begin(selected.count, columns, 0);
    out.reserveValues(selected.count * columns);
    const kept = this.#kept;
    const row = this.#row;
    for (let i = 0; i < selected.count; i++) {
      countJets(events, selected, i, this.options, row);
      fillPair(events, selected, i, row);
      const base = i * columns;
      for (let k = 0; k < columns; k++) out.values[base + k] = row[kept[k]!]!;
      out.offsets[i + 1] = base + columns;
    }
    return out;
  }
}

/** Columns 0 to 5. */
function countJets(
  events: Events,
  selected: Selected,
  row: number,
  options: ReportOptions,
  out: Float64Array,
): void {
  const { pt, btag } = events.jets;
  const { offsets, items } = selected.jets;
  const [point60, point70, point77, point85] = options.workingPoints;
  const start = offsets[row]!;
  const stop = offsets[row + 1]!;
  out.fill(0, 0, 6);
  out[0] = stop - start;
  for (let k = start; k < stop; k++) {
    const jet = items[k]!;
    const tag = btag[jet]!;
    if (pt[jet]! > options.hardJetPtMinGev) out[1]!++;
    if (tag >= point60) out[2]!++;
    if (tag >= point70) out[3]!++;
    if (tag >= point77) out[4]!++;
    if (tag >= point85) out[5]!++;
  }
}

/** Transverse momenta of one event, for m_T2. */
const pairAndMet = new Float64Array(6);

/** Columns 6 to 34, of the two hardest good leptons. */
function fillPair(events: Events, selected: Selected, row: number, out: Float64Array): void {
  const { pt, eta, phi, energy, charge, type } = events.leptons;
  const event = selected.index[row]!;
  const start = selected.leptons.offsets[row]!;
  const a = selected.leptons.items[start]!;
  const b = selected.leptons.items[start + 1]!;
  const met = events.met[event]!;
  const metPhi = events.metPhi[event]!;
  const squared = pairMassSquared(pt[a]!, eta[a]!, phi[a]!, energy[a]!, pt[b]!, eta[b]!, phi[b]!, energy[b]!);
  out[6] = charge[a]! * charge[b]! < 0 ? 1 : 0;
  out[7] = type[a] === type[b] ? 1 : 0;
  out[8] = squared > 0 ? Math.sqrt(squared) : 0;
  pairAndMet[0] = pt[a]! * Math.cos(phi[a]!);
  pairAndMet[1] = pt[a]! * Math.sin(phi[a]!);
  pairAndMet[2] = pt[b]! * Math.cos(phi[b]!);
  pairAndMet[3] = pt[b]! * Math.sin(phi[b]!);
  pairAndMet[4] = met * Math.cos(metPhi);
  pairAndMet[5] = met * Math.sin(metPhi);
  writeStransverseMass(pairAndMet, out, 9);
  out[10] = met;
  out[11] = metPhi;
  fillLepton(events, a, out, 12);
  fillLepton(events, b, out, 23);
  out[34] = Math.tanh(0.5 * (eta[a]! - eta[b]!));
}

function fillLepton(events: Events, k: number, out: Float64Array, at: number): void {
  const leptons = events.leptons;
  out[at] = leptons.type[k]!;
  out[at + 1] = leptons.pt[k]!;
  out[at + 2] = leptons.eta[k]!;
  out[at + 3] = leptons.phi[k]!;
  out[at + 4] = leptons.energy[k]!;
  out[at + 5] = leptons.ptcone30[k]!;
  out[at + 6] = leptons.etcone20[k]!;
  out[at + 7] = leptons.d0[k]!;
  out[at + 8] = leptons.d0Significance[k]!;
  out[at + 9] = leptons.tight[k]!;
  out[at + 10] = leptons.z0[k]!;
}
