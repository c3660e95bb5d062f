import type { RaggedColumns } from '../events.js';

/**
 * What the matrix needs of each object of one event, computed once per object; index 0 is met.
 * The pair quantities follow from these without a trigonometric or hyperbolic function (docs/physics.md):
 *
 *     m^2(i,j) = (d_i + d_j)(s_i + s_j) + A^2 + B^2,   d = e_T - pT, s = e_T + pT
 *     cosh(y_i - y_j) - 1 = A^2 / (2 e_T,i e_T,j)
 *     A = p_i q_j - q_i p_j,  p = sqrt(E + pz), q = sqrt(E - pz)
 *     B = u_i v_j - v_i u_j,  (u, v) = sqrt(2 pT) (cos(phi/2), sin(phi/2))
 */
export class ObjectScratch {
  readonly difference: Float64Array;
  readonly sum: Float64Array;
  readonly plus: Float64Array;
  readonly minus: Float64Array;
  readonly u: Float64Array;
  readonly v: Float64Array;
  readonly pt: Float64Array;
  /** e_T = sqrt((E - pz)(E + pz)). */
  readonly transverse: Float64Array;
  /** 1 / e_T. */
  readonly inverse: Float64Array;
  /** cosh y - 1. */
  readonly longitudinal: Float64Array;
  /** The transverse energy that the convention puts on the diagonal and into m_T. */
  readonly shown: Float64Array;
  /** 1 for the first object of its type. */
  readonly first: Uint8Array;

  /** For at most `size` objects, met included. */
  constructor(size: number) {
    this.difference = new Float64Array(size);
    this.sum = new Float64Array(size);
    this.plus = new Float64Array(size);
    this.minus = new Float64Array(size);
    this.u = new Float64Array(size);
    this.v = new Float64Array(size);
    this.pt = new Float64Array(size);
    this.transverse = new Float64Array(size);
    this.inverse = new Float64Array(size);
    this.longitudinal = new Float64Array(size);
    this.shown = new Float64Array(size);
    this.first = new Uint8Array(size);
  }
}

/**
 * Fills places `at` and following with the objects items[start] to items[stop - 1]; returns the next place.
 * An object with E <= abs(pz), which no real one has, is taken as massless, so that all values stay finite.
 */
export function fillObjects(
  scratch: ObjectScratch,
  at: number,
  columns: RaggedColumns,
  items: Int32Array,
  start: number,
  stop: number,
  sineEnergy: boolean,
): number {
  let place = at;
  for (let k = start; k < stop; k++) {
    const item = items[k]!;
    const pt = columns.pt[item]!;
    const grow = Math.exp(columns.eta[item]!);
    const shrink = 1 / grow;
    const pz = 0.5 * pt * (grow - shrink);
    const energy = columns.energy[item]!;
    let plus = Math.sqrt(pt * grow);
    let minus = Math.sqrt(pt * shrink);
    if (energy > Math.abs(pz)) {
      plus = Math.sqrt(energy + pz);
      minus = Math.sqrt(energy - pz);
    }
    const transverse = plus * minus;
    const inverse = 1 / transverse;
    // p - q = 2 pz / (p + q) keeps small rapidities.
    const stretch = (2 * pz) / (plus + minus);
    const half = 0.5 * columns.phi[item]!;
    const root = Math.sqrt(2 * pt);
    scratch.plus[place] = plus;
    scratch.minus[place] = minus;
    scratch.transverse[place] = transverse;
    scratch.inverse[place] = inverse;
    scratch.longitudinal[place] = 0.5 * stretch * stretch * inverse;
    scratch.difference[place] = transverse - pt;
    scratch.sum[place] = transverse + pt;
    scratch.u[place] = root * Math.cos(half);
    scratch.v[place] = root * Math.sin(half);
    scratch.pt[place] = pt;
    // TLorentzVector::Et, E sin(theta), which map2rmm uses; e_T for everyone else.
    scratch.shown[place] = sineEnergy ? (energy * pt) / Math.sqrt(pt * pt + pz * pz) : transverse;
    scratch.first[place] = place === at ? 1 : 0;
    place++;
  }
  return place;
}
