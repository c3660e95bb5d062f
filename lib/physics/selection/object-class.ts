/**
 * What the object rules make of a lepton or a jet, one byte each. `unphysical` makes the whole event a dead
 * letter: a value that is not finite or beyond any meaning would spread into the features.
 */
export const objectClass = {
  rejected: 0,
  electron: 1,
  muon: 2,
  lightJet: 1,
  bJet: 2,
  /** A jet between the light and the b working point: selected, in neither list, counted. */
  gapJet: 3,
  unphysical: 255,
} as const;

/** Largest pT or energy that is taken for a measurement, GeV. */
const energyLimit = 1e9;
/** Largest abs(eta) that is taken for a measurement. */
const etaLimit = 50;
/** Largest abs(phi): any number of turns that still leaves the angle its precision. */
const phiLimit = 1e3;

/** False for NaN, infinities and numbers beyond any meaning. */
export function isPhysical(pt: number, eta: number, phi: number, energy: number): boolean {
  return (
    pt >= 0 &&
    pt <= energyLimit &&
    energy >= 0 &&
    energy <= energyLimit &&
    eta >= -etaLimit &&
    eta <= etaLimit &&
    phi >= -phiLimit &&
    phi <= phiLimit
  );
}
