/**
 * What a rotation about the beam, a reflection eta -> -eta and a reflection phi -> -phi do to a branch:
 *
 * - `phi`: an azimuth, becomes wrap(phiSign x phi + angle);
 * - `eta`: a pseudorapidity or z0, becomes etaSign x value;
 * - `d0`: the signed transverse impact parameter, becomes phiSign x value (the mirror image turns the other way
 *   round the beam); its significance has no sign in these files and stays;
 * - `fixed`: anything that the three leave as it is.
 */
export type Geometry = 'phi' | 'eta' | 'd0' | 'fixed';

/** Names whose values turn in a way that a name alone does not tell; copying them would be wrong. */
const cartesian = /(^|_)(px|py|pz|ex|ey|vx|vy|vz|rapidity)$/i;

/** The geometry of a branch by the last part of its name; undefined where it cannot be told. */
export function geometryOf(branch: string): Geometry | undefined {
  const name = branch.slice(branch.lastIndexOf('/') + 1);
  if (/(^|_)phi(_syst)?$/i.test(name)) return 'phi';
  if (/(^|_)(eta|z0)(_syst)?$/i.test(name)) return 'eta';
  if (/(^|_)(track)?d0(pvunbiased)?$/i.test(name)) return 'd0';
  return cartesian.test(name) ? undefined : 'fixed';
}
