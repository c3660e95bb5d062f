import { invariant } from '../base/error.js';
import type { Histogram } from './histogram.js';
import { sameAxis } from './histogram-axis.js';
import { type Measured, notDefined } from './measured.js';
import { asimovSignificance, asimovSignificanceWithError, simpleSignificance } from './significance.js';

export interface BackgroundError {
  /** Relative uncertainty of the background's yield, 0.2 for 20 %. */
  readonly relative: number;
  /** Adds the statistical uncertainty of the simulated background, sqrt(sum w^2), in quadrature. */
  readonly statistical: boolean;
}

/** What is expected at and above a threshold. */
export interface ThresholdPoint {
  readonly threshold: number;
  /** Sums of weights and numbers of rows, the overflow included. */
  readonly signal: number;
  readonly background: number;
  readonly signalRows: number;
  readonly backgroundRows: number;
  /** What the last form took for the background's uncertainty, in events. */
  readonly backgroundError: number;
  /** s / sqrt(b). */
  readonly simple: Measured;
  readonly asimov: Measured;
  readonly asimovWithError: Measured;
}

/**
 * Expected significance against a threshold, at every edge of the axis: everything at or above it counts, the
 * overflow too, and rows below the axis or without a value never do. Yields are of the full luminosity, so
 * histograms of the test part are scaled before (lib/statistics/test-weights.ts).
 */
export function significanceScan(
  signal: Histogram,
  background: Histogram,
  error: BackgroundError,
): ThresholdPoint[] {
  invariant(sameAxis(signal.axis, background.axis), 'histograms of different edges cannot be scanned');
  const { edges, bins } = signal.axis;
  const points: ThresholdPoint[] = [];
  const tail = { signal: 0, background: 0, square: 0, signalRows: 0, backgroundRows: 0 };
  for (let place = bins + 1; place > 0; place--) {
    tail.signal += signal.sums[place]!;
    tail.background += background.sums[place]!;
    tail.square += background.squares[place]!;
    tail.signalRows += signal.counts[place]!;
    tail.backgroundRows += background.counts[place]!;
    points.push(thresholdPoint(edges[place - 1]!, tail, error));
  }
  return points.reverse();
}

function thresholdPoint(
  threshold: number,
  tail: {
    readonly signal: number;
    readonly background: number;
    readonly square: number;
    readonly signalRows: number;
    readonly backgroundRows: number;
  },
  { relative, statistical }: BackgroundError,
): ThresholdPoint {
  const { signal, background, signalRows, backgroundRows } = tail;
  const backgroundError = Math.hypot(relative * background, statistical ? Math.sqrt(tail.square) : 0);
  const empty =
    backgroundRows === 0
      ? notDefined('no background event is above the threshold')
      : signalRows === 0
        ? notDefined('no signal event is above the threshold')
        : undefined;
  return {
    threshold,
    signal,
    background,
    signalRows,
    backgroundRows,
    backgroundError,
    simple: empty ?? simpleSignificance(signal, background),
    asimov: empty ?? asimovSignificance(signal, background),
    asimovWithError: empty ?? asimovSignificanceWithError(signal, background, backgroundError),
  };
}

/**
 * The point where one of the three forms is largest, the lowest threshold among equals; only thresholds with
 * `minimumRows` background rows or more compete, since the significance above the last simulated event is luck.
 */
export function bestThreshold(
  scan: readonly ThresholdPoint[],
  form: 'simple' | 'asimov' | 'asimovWithError',
  minimumRows = 1,
): ThresholdPoint | { readonly notDefined: string } {
  let best: ThresholdPoint | undefined;
  let highest = Number.NEGATIVE_INFINITY;
  for (const point of scan) {
    const found = point[form];
    if (point.backgroundRows < minimumRows || !('value' in found) || found.value <= highest) continue;
    best = point;
    highest = found.value;
  }
  return (
    best ??
    notDefined(`the significance is defined at none of ${scan.length} thresholds with enough background`)
  );
}
