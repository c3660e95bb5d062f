import { type Measured, notDefined } from '../measured.js';
import { normalDeviate } from '../normal-tail.js';
import type { Window } from './poisson-fit.js';
import type { LocalExcess } from './scan.js';
import type { Bins } from './spectrum.js';

/** A window as a reader wants it. */
export interface Excess {
  /** GeV. */
  readonly from: number;
  readonly to: number;
  readonly counted: number;
  readonly background: number;
  /** Local; 1 where there is no more than the background. */
  readonly pValue: Measured;
  readonly log10P: number;
  readonly z: Measured;
}

/** The edges of a window, GeV. */
export function rangeOf({ from, end }: Window, { edges }: Bins) {
  return { from: edges[from]!, to: edges[end]! };
}

export function excessOf(window: LocalExcess, bins: Bins): Excess {
  const { counted, background, logP } = window;
  const p = Math.exp(logP);
  return {
    ...rangeOf(window, bins),
    counted,
    background,
    pValue: p > 0 ? { value: p } : notDefined('smaller than the smallest number; see log10P'),
    log10P: logP / Math.LN10,
    z: logP < 0 ? { value: normalDeviate(logP) } : notDefined('no window holds more than the background'),
  };
}
