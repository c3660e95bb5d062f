import { RmmError } from '../../base/error.js';
import type { LeptonColumns } from '../events.js';
import { isPhysical, objectClass } from './object-class.js';
import type { SelectionOptions } from './options.js';

// Constants of this module: V8 folds these into the loops, but loads imported ones each time.
const { electron, muon, rejected, unphysical } = objectClass;

/** PDG numbers, as the `type` column holds them. */
const electronType = 11;
const muonType = 13;

/**
 * Fills `out` with the class of each lepton of a batch under the object rules in force.
 * Throws `selection_column_missing` where the rules ask for a column that the input lacks.
 */
export function markLeptons(
  leptons: LeptonColumns,
  count: number,
  options: SelectionOptions,
  out: Uint8Array,
): void {
  markKinematics(leptons, count, options, out);
  if (options.objects === 'open_data') applyOpenData(leptons, count, options, out);
  else applyRun2(leptons, count, options, out);
  checkMeasured(leptons, count, out);
}

/**
 * A good lepton whose track measurements are not numbers would spread them into the report's features. Only
 * these use them, so the columns are empty where no table is made, and there is nothing to check.
 */
function checkMeasured(leptons: LeptonColumns, count: number, out: Uint8Array): void {
  const { d0, d0Significance, z0 } = leptons;
  if (d0.length === 0) return;
  for (let k = 0; k < count; k++) {
    if (out[k] === rejected) continue;
    if (!Number.isFinite(d0[k]! + d0Significance[k]! + z0[k]!)) out[k] = unphysical;
  }
}

/** pT, eta and flavour: common to all rules. */
function markKinematics(
  leptons: LeptonColumns,
  count: number,
  options: SelectionOptions,
  out: Uint8Array,
): void {
  const { pt, eta, phi, energy, type } = leptons;
  const ptMin = options.leptonPtMinGev;
  const electronEta = options.electronAbsEtaMax > 0 ? options.electronAbsEtaMax : Number.POSITIVE_INFINITY;
  const muonEta = options.muonAbsEtaMax > 0 ? options.muonAbsEtaMax : Number.POSITIVE_INFINITY;
  for (let k = 0; k < count; k++) {
    const etaK = eta[k]!;
    if (!isPhysical(pt[k]!, etaK, phi[k]!, energy[k]!)) {
      out[k] = unphysical;
      continue;
    }
    const absEta = Math.abs(etaK);
    let kind: number = rejected;
    if (pt[k]! > ptMin) {
      if (type[k] === electronType && absEta < electronEta) kind = electron;
      else if (type[k] === muonType && absEta < muonEta) kind = muon;
    }
    out[k] = kind;
  }
}

/** Good lepton of ATLAS Open Data: signed calorimeter and track isolation relative to pT. */
function applyOpenData(
  leptons: LeptonColumns,
  count: number,
  options: SelectionOptions,
  out: Uint8Array,
): void {
  const { pt, etcone20, ptcone30 } = leptons;
  const { etconeRatioMax, ptconeRatioMax } = options;
  for (let k = 0; k < count; k++) {
    if (out[k] === rejected || out[k] === unphysical) continue;
    const isolated = etcone20[k]! / pt[k]! < etconeRatioMax && ptcone30[k]! / pt[k]! < ptconeRatioMax;
    if (!isolated) out[k] = rejected;
  }
}

/** Signal lepton of the Run-2 ntuples: baseline cuts, isolation, impact parameter, tight electrons. */
function applyRun2(leptons: LeptonColumns, count: number, options: SelectionOptions, out: Uint8Array): void {
  const z0SinTheta = needed(leptons.z0SinTheta, 'z0SinTheta');
  const isolation = needed(leptons.isolation, 'isolation');
  const overlapRemoval = needed(leptons.overlapRemoval, 'overlapRemoval');
  const { tight, d0Significance } = leptons;
  const { z0SinThetaMaxMm, electronD0SignificanceMax, muonD0SignificanceMax } = options;
  for (let k = 0; k < count; k++) {
    const kind = out[k]!;
    if (kind === rejected || kind === unphysical) continue;
    const baseline = overlapRemoval[k] === 1 && Math.abs(z0SinTheta[k]!) < z0SinThetaMaxMm;
    const significance = Math.abs(d0Significance[k]!);
    const signal =
      kind === electron
        ? tight[k] === 1 && significance <= electronD0SignificanceMax
        : significance <= muonD0SignificanceMax;
    if (!(baseline && isolation[k] === 1 && signal)) out[k] = rejected;
  }
}

/** A column that only some rules ask for. */
export function needed<Column>(column: Column | undefined, name: string): Column {
  if (column !== undefined) return column;
  throw new RmmError(
    'selection_column_missing',
    `selection.objects: run2 needs the column ${name}, which this input does not have; map its branch in the input profile or use objects: open_data`,
    { context: { column: name } },
  );
}
