import type { Histogram } from '../../lib/statistics/histogram.js';
import { isDefined, type Measured } from '../../lib/statistics/measured.js';
import { type Kept, SameBackground } from '../../lib/statistics/same-background.js';
import {
  asimovSignificance,
  asimovSignificanceWithError,
  simpleSignificance,
} from '../../lib/statistics/significance.js';
import {
  bestThreshold,
  significanceScan,
  type ThresholdPoint,
} from '../../lib/statistics/significance-scan.js';
import { rebinned } from './display-bins.js';

/** Thresholds stand so many fine bins of MET apart: 10 GeV. */
const thresholdStep = 2;

/** The three forms of the expected significance. */
export interface Forms {
  readonly simple: Measured;
  readonly asimov: Measured;
  readonly asimovWithError: Measured;
}

/** A cut on one quantity without a network that keeps as much background as a region above a MET threshold. */
export type Alone = (Kept & Forms) | { readonly notDefined: string };

export interface ComparedPoint extends ThresholdPoint {
  readonly metAlone: Alone;
  readonly htPlusMetAlone: Alone;
}

/** Histograms of one signal and of all backgrounds together. */
export interface Pair {
  readonly signal: Histogram;
  readonly background: Histogram;
}

/** Cuts without a network on all events, for one signal. */
export interface Simple {
  readonly met: Pair;
  readonly htPlusMet: Pair;
}

/** Relative uncertainty of the background; its statistical error is added in quadrature. */
type Relative = number;

/**
 * Expected significances in one region against a MET threshold, up to the last threshold with a simulated background
 * event, each beside the cuts that keep the same background.
 */
export function comparedScan(region: Pair, simple: Simple, relative: Relative): ComparedPoint[] {
  const met = new SameBackground(simple.met.signal, simple.met.background);
  const htPlusMet = new SameBackground(simple.htPlusMet.signal, simple.htPlusMet.background);
  return scanOf(region, relative).map((point) => ({
    ...point,
    metAlone: alone(met, point.background, relative),
    htPlusMetAlone: alone(htPlusMet, point.background, relative),
  }));
}

/** The same for a cut on a quantity alone, on all events. */
export function scanOf({ signal, background }: Pair, relative: Relative): ThresholdPoint[] {
  const coarse = (histogram: Histogram) =>
    rebinned(histogram, {
      factor: thresholdStep,
      bins: Math.floor(histogram.axis.bins / thresholdStep),
    });
  const scan = significanceScan(coarse(signal), coarse(background), { relative, statistical: true });
  return scan.filter(({ backgroundRows }) => backgroundRows > 0);
}

/** sqrt(sum w^2) of the background, from its whole uncertainty in the scan. */
export function statisticalError(
  { background, backgroundError }: ThresholdPoint,
  relative: Relative,
): number {
  return Math.sqrt(Math.max(0, backgroundError ** 2 - (relative * background) ** 2));
}

/** Where the form with the background's uncertainty is largest. */
export function best<Point extends ThresholdPoint>(
  scan: readonly Point[],
  minimumRows: number,
): Point | { readonly notDefined: string } {
  return bestThreshold(scan, 'asimovWithError', minimumRows) as Point | { readonly notDefined: string };
}

function alone(cut: SameBackground, background: number, relative: Relative): Alone {
  const kept = cut.at(background);
  if (!isDefined(kept)) return kept;
  const error = Math.hypot(relative * background, Math.sqrt(kept.backgroundSquare));
  return {
    ...kept,
    simple: simpleSignificance(kept.signal, background),
    asimov: asimovSignificance(kept.signal, background),
    asimovWithError: asimovSignificanceWithError(kept.signal, background, error),
  };
}
