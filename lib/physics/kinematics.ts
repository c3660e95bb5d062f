/**
 * Square of the invariant mass of two objects given by pT, eta, phi and energy, in a form without large
 * cancellations (docs/physics.md, "How masses are computed"). May be slightly negative through rounded inputs.
 */
export function pairMassSquared(
  pt1: number,
  eta1: number,
  phi1: number,
  energy1: number,
  pt2: number,
  eta2: number,
  phi2: number,
  energy2: number,
): number {
  const pz1 = pt1 * Math.sinh(eta1);
  const pz2 = pt2 * Math.sinh(eta2);
  const transverse1 = transverseEnergy(pt1, pz1, energy1);
  const transverse2 = transverseEnergy(pt2, pz2, energy2);
  const along =
    Math.sqrt(lightCone(pt1, pz1, energy1) * lightCone(pt2, -pz2, energy2)) -
    Math.sqrt(lightCone(pt1, -pz1, energy1) * lightCone(pt2, pz2, energy2));
  const across = Math.sin(0.5 * (phi1 - phi2));
  return (
    (transverse1 - pt1 + (transverse2 - pt2)) * (transverse1 + pt1 + (transverse2 + pt2)) +
    along * along +
    4 * pt1 * pt2 * across * across
  );
}

/** e_T = sqrt((E - pz)(E + pz)); an object with E <= abs(pz) is taken as massless, so that e_T = pT. */
export function transverseEnergy(pt: number, pz: number, energy: number): number {
  return energy > Math.abs(pz) ? Math.sqrt((energy - pz) * (energy + pz)) : pt;
}

/** E + pz, with the energy of a massless object where E <= abs(pz). */
export function lightCone(pt: number, pz: number, energy: number): number {
  if (energy > Math.abs(pz)) return energy + pz;
  // pt e^eta, from E^2 = pt^2 + pz^2, without the cancellation that negative pz would bring.
  const massless = Math.sqrt(pt * pt + pz * pz);
  return pz >= 0 ? massless + pz : (pt * pt) / (massless - pz);
}
