import type { Moments } from '../../lib/learning/moments.js';
import type { Scaler } from '../../lib/learning/scaler.js';

/** How far a feature has moved since the scaler was frozen. */
export interface FeatureDrift {
  readonly column: number;
  /** Shift of the mean, in standard deviations of the frozen scaler's training rows. */
  readonly shift: number;
  /** Standard deviation of the window over the frozen one. */
  readonly spread: number;
}

/** The same of a kind of features. */
export interface KindDrift {
  readonly kind: string;
  readonly largestShift: number;
  readonly drifting: number;
}

/**
 * Distance of a window of training rows from those that a scaler was frozen with, for every trained column.
 * The shift's own statistical error is about 1/sqrt(rows of the window).
 */
export function featureDrifts(scaler: Scaler, reference: Moments, window: Moments): FeatureDrift[] {
  return Array.from(scaler.trained, (column) => {
    const usual = deviation(reference, column);
    const now = deviation(window, column);
    const moved = window.mean[column]! - reference.mean[column]!;
    return { column, shift: usual > 0 ? moved / usual : 0, spread: usual > 0 ? now / usual : 1 };
  });
}

function deviation({ m2, weight }: Moments, column: number): number {
  return weight > 0 ? Math.sqrt(m2[column]! / weight) : 0;
}

/** @param limit abs(shift) from which on a feature counts as drifting */
export function driftByKind(scaler: Scaler, drifts: readonly FeatureDrift[], limit: number): KindDrift[] {
  return [...new Set(scaler.kinds)].map((kind) => {
    const own = drifts.filter(({ column }) => scaler.kinds[column] === kind);
    return {
      kind,
      largestShift: own.reduce((largest, { shift }) => Math.max(largest, Math.abs(shift)), 0),
      drifting: own.filter(({ shift }) => Math.abs(shift) > limit).length,
    };
  });
}
