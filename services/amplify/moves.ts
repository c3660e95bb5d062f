import { type Hash64, salt } from '../../lib/base/hash64.js';

/** How each event of a batch is moved: rotated by `angle` after phi is multiplied by `phiSign`, and eta by `etaSign`. */
export interface Moves {
  readonly angle: Float64Array;
  readonly etaSign: Float64Array;
  readonly phiSign: Float64Array;
}

const moveSalt = salt('amplify');

export function newMoves(capacity: number): Moves {
  return {
    angle: new Float64Array(capacity),
    etaSign: new Float64Array(capacity),
    phiSign: new Float64Array(capacity),
  };
}

/**
 * Draws the moves of `count` events: entries first, first + 1, ... of input number `file` in their copy number
 * `copy`. Each depends on these numbers and the seed alone, so ranges may be made in any order. Angles are even
 * in [-pi, pi), signs even in {-1, 1}.
 */
export function drawMoves(
  moves: Moves,
  hash: Hash64,
  seed: number,
  file: number,
  copy: number,
  first: number,
  count: number,
): void {
  const { angle, etaSign, phiSign } = moves;
  for (let index = 0; index < count; index += 1) {
    const entry = first + index;
    hash.start(moveSalt).add(Math.floor(seed / 0x100000000), seed >>> 0);
    hash.add(file, copy).add(Math.floor(entry / 0x100000000), entry >>> 0);
    // unit() uses the upper 53 bits, the signs two of the others.
    angle[index] = (2 * hash.unit() - 1) * Math.PI;
    etaSign[index] = (hash.low & 1) * 2 - 1;
    phiSign[index] = (hash.low & 2) - 1;
  }
}

/** Brings an angle within one turn of the range back into [-pi, pi). */
function wrap(angle: number): number {
  if (angle >= Math.PI) return angle - 2 * Math.PI;
  return angle < -Math.PI ? angle + 2 * Math.PI : angle;
}

type Floats = Float32Array | Float64Array;

/** Turns one azimuth an event, in place. The sum is taken in float64. */
export function turnEach(values: Floats, moves: Moves, count: number): void {
  const { angle, phiSign } = moves;
  for (let event = 0; event < count; event += 1) {
    values[event] = wrap(phiSign[event]! * values[event]! + angle[event]!);
  }
}

/** Turns all azimuths of each event, in place. */
export function turnJagged(values: Floats, offsets: Int32Array, moves: Moves, count: number): void {
  const { angle, phiSign } = moves;
  for (let event = 0; event < count; event += 1) {
    const by = angle[event]!;
    const sign = phiSign[event]!;
    const end = offsets[event + 1]!;
    for (let item = offsets[event]!; item < end; item += 1) values[item] = wrap(sign * values[item]! + by);
  }
}

/** Multiplies one value an event by its sign, in place. */
export function signEach(values: Floats, signs: Float64Array, count: number): void {
  for (let event = 0; event < count; event += 1) values[event] = values[event]! * signs[event]!;
}

/** Multiplies all values of each event by its sign, in place. */
export function signJagged(values: Floats, offsets: Int32Array, signs: Float64Array, count: number): void {
  for (let event = 0; event < count; event += 1) {
    const sign = signs[event]!;
    const end = offsets[event + 1]!;
    for (let item = offsets[event]!; item < end; item += 1) values[item] = values[item]! * sign;
  }
}
