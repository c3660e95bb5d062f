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
 * One interleaved array, because a separate array for each quantity costs the inner loop its registers. The
 * places are not exported: V8 folds a module's own constants into the code but loads imported ones each time.
 */
const stride = 12;
/** sqrt(E + pz), sqrt(E - pz). */
const plusAt = 0;
const minusAt = 1;
/** sqrt(2 pT) cos(phi/2), sqrt(2 pT) sin(phi/2). */
const uAt = 2;
const vAt = 3;
/** e_T - pT, e_T + pT. */
const differenceAt = 4;
const sumAt = 5;
/** 1 / e_T. */
const inverseAt = 6;
/** e_T = sqrt((E - pz)(E + pz)). */
const transverseAt = 7;
const ptAt = 8;
/** cosh y - 1. */
const longitudinalAt = 9;
/** The transverse energy that the convention puts on the diagonal and into m_T. */
const shownAt = 10;
/** 1 for the first object of its type. */
const firstAt = 11;

/** Scratch space for `size` objects, met included. */
export function makeScratch(size: number): Float64Array {
  return new Float64Array(size * stride);
}

/** Object 0: met, massless and without longitudinal momentum. */
export function fillMet(scratch: Float64Array, met: number, phi: number): void {
  halfAngle(phi, Math.sqrt(2 * met), scratch, uAt);
}

/**
 * Writes the objects items[start] to items[stop - 1] to the places from `at` on.
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
): void {
  const { pt: pts, eta: etas, phi: phis, energy: energies } = columns;
  let place = at * stride;
  for (let k = start; k < stop; k++) {
    const item = items[k]!;
    const pt = pts[item]!;
    const energy = energies[item]!;
    const grow = Math.exp(etas[item]!);
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
    const stretch = plus - minus;
    scratch[place + plusAt] = plus;
    scratch[place + minusAt] = minus;
    halfAngle(phis[item]!, Math.sqrt(2 * pt), scratch, place + uAt);
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
}

/** What of a convention the block depends on. */
export interface BlockShape {
  readonly scale: number;
  readonly rapidityScale: number;
  /** h with half the rapidity difference. */
  readonly halfRapidity: boolean;
  /** Row 0 holds each object's own transverse mass instead of that with met. */
  readonly singleRow: boolean;
  /** m_T is 0 without met, rather than the object's mass. */
  readonly needsMet: boolean;
}

/** One (n + 1) x (n + 1) block at `base`; `width` = n + 1. */
export function writeBlock(
  scratch: Float64Array,
  width: number,
  met: number,
  shape: BlockShape,
  values: Float32Array,
  base: number,
): void {
  const { scale, rapidityScale, halfRapidity } = shape;
  values[base] = met * scale;
  for (let i = 1; i < width; i++) {
    const at = i * stride;
    const rowStart = base + i * width;
    values[base + i] = transverseMass(scratch, at, met, shape);
    values[rowStart] = rapidityScale * scratch[at + longitudinalAt]!;
    const shown = scratch[at + shownAt]!;
    const before = scratch[at - stride + shownAt]!;
    values[rowStart + i] = scratch[at + firstAt] === 1 ? shown * scale : (before - shown) / (before + shown);
    const plus = scratch[at + plusAt]!;
    const minus = scratch[at + minusAt]!;
    const u = scratch[at + uAt]!;
    const v = scratch[at + vAt]!;
    const difference = scratch[at + differenceAt]!;
    const sum = scratch[at + sumAt]!;
    const halfInverse = 0.5 * scratch[at + inverseAt]!;
    let other = at + stride;
    let below = rowStart + width + i;
    for (let j = i + 1; j < width; j++) {
      const along = plus * scratch[other + minusAt]! - minus * scratch[other + plusAt]!;
      const across = u * scratch[other + vAt]! - v * scratch[other + uAt]!;
      const alongSquared = along * along;
      const squared =
        (difference + scratch[other + differenceAt]!) * (sum + scratch[other + sumAt]!) +
        alongSquared +
        across * across;
      values[rowStart + j] = squared > 0 ? Math.sqrt(squared) * scale : 0;
      // cosh(dy) - 1; and from it cosh(dy/2) - 1, by cosh(dy) + 1 = 2 cosh^2(dy/2).
      const rapidity = halfInverse * scratch[other + inverseAt]! * alongSquared;
      values[below] =
        rapidityScale * (halfRapidity ? (0.5 * rapidity) / (Math.sqrt(1 + 0.5 * rapidity) + 1) : rapidity);
      other += stride;
      below += width;
    }
  }
}

/** Row 0 of the object at `at`. */
function transverseMass(scratch: Float64Array, at: number, met: number, shape: BlockShape): number {
  if (shape.singleRow) return scratch[at + transverseAt]! * shape.scale;
  if (shape.needsMet && met === 0) return 0;
  const shown = scratch[at + shownAt]!;
  const pt = scratch[at + ptAt]!;
  const across = scratch[uAt]! * scratch[at + vAt]! - scratch[vAt]! * scratch[at + uAt]!;
  const squared = (shown - pt) * (shown + pt + 2 * met) + across * across;
  return squared > 0 ? Math.sqrt(squared) * shape.scale : 0;
}
