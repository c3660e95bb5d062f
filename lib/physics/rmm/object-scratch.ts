import type { RaggedColumns } from '../events.js';
import { halfAngle } from './half-angle.js';

/**
 * What the matrix needs of each object of one event, computed once per object, `stride` numbers each; object 0
 * is met. All pair quantities follow from these without a trigonometric or hyperbolic function and without a
 * cancellation (docs/physics.md derives them):
 *
 *     m^2(i,j) = (d_i + d_j)(s_i + s_j) + A^2 + B^2,   d = e_T - pT, s = e_T + pT
 *     cosh(y_i - y_j) - 1 = A^2 / (2 e_T,i e_T,j)
 *     A = p_i q_j - q_i p_j,  p = sqrt(E + pz), q = sqrt(E - pz)
 *     B = u_i v_j - v_i u_j,  (u, v) = sqrt(2 pT) (cos(phi/2), sin(phi/2))
 *
 * One interleaved array, because a separate array for each quantity costs the inner loop its registers.
 */
export const stride = 12;
/** sqrt(E + pz), sqrt(E - pz). */
export const plusAt = 0;
export const minusAt = 1;
/** sqrt(2 pT) cos(phi/2), sqrt(2 pT) sin(phi/2). */
export const uAt = 2;
export const vAt = 3;
/** e_T - pT, e_T + pT. */
export const differenceAt = 4;
export const sumAt = 5;
/** 1 / e_T. */
export const inverseAt = 6;
/** e_T = sqrt((E - pz)(E + pz)). */
export const transverseAt = 7;
export const ptAt = 8;
/** cosh y - 1. */
export const longitudinalAt = 9;
/** The transverse energy that the convention puts on the diagonal and into m_T. */
export const shownAt = 10;
/** 1 for the first object of its type. */
export const firstAt = 11;

/**
 * Writes the objects items[start] to items[stop - 1] to the places from `at` on; returns the next place.
 * An object with E <= abs(pz), which no real one has, is taken as massless, so that all values stay finite.
 */
export function fillObjects(
  scratch: Float64Array,
  at: number,
  columns: RaggedColumns,
  items: Int32Array,
  start: number,
  stop: number,
  sineEnergy: boolean,
): number {
  let place = at * stride;
  for (let k = start; k < stop; k++) {
    const item = items[k]!;
    const pt = columns.pt[item]!;
    const energy = columns.energy[item]!;
    const grow = Math.exp(columns.eta[item]!);
    const pz = 0.5 * pt * (grow - 1 / grow);
    let plus: number;
    let minus: number;
    if (energy > Math.abs(pz)) {
      plus = Math.sqrt(energy + pz);
      minus = Math.sqrt(energy - pz);
    } else {
      plus = Math.sqrt(pt * grow);
      minus = Math.sqrt(pt / grow);
    }
    const transverse = plus * minus;
    const inverse = 1 / transverse;
    // p - q = 2 pz / (p + q) keeps small rapidities.
    const stretch = (2 * pz) / (plus + minus);
    scratch[place + plusAt] = plus;
    scratch[place + minusAt] = minus;
    halfAngle(columns.phi[item]!, Math.sqrt(2 * pt), scratch, place + uAt);
    scratch[place + differenceAt] = transverse - pt;
    scratch[place + sumAt] = transverse + pt;
    scratch[place + inverseAt] = inverse;
    scratch[place + transverseAt] = transverse;
    scratch[place + ptAt] = pt;
    scratch[place + longitudinalAt] = 0.5 * stretch * stretch * inverse;
    // TLorentzVector::Et, E sin(theta), which map2rmm uses; e_T for everyone else.
    scratch[place + shownAt] = sineEnergy ? (energy * pt) / Math.sqrt(pt * pt + pz * pz) : transverse;
    scratch[place + firstAt] = k === start ? 1 : 0;
    place += stride;
  }
  return at + stop - start;
}
