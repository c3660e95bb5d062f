import type { QuantileSketch } from '../base/quantile-sketch/quantile-sketch.js';
import { notDefined } from './measured.js';

/** A quantile, and how far from it the exact one may lie. */
export interface SketchedMeasure {
  readonly value: number;
  /** 0 while the sketch holds every distinct value: then it is weightedQuantiles' (lib/statistics/weighted.ts). */
  readonly error: number;
}

/**
 * The quantile by abs(weight) of values that are too many to keep, from a mergeable sketch: the error is bounded by
 * the width of the sketch's bucket, a relative 2^-7 or less where 8,192 buckets hold values of ten decades.
 */
export function sketchedQuantile(
  sketch: QuantileSketch,
  level: number,
): SketchedMeasure | { readonly notDefined: string } {
  if (!(level >= 0 && level <= 1)) return notDefined(`a level of ${level} is not between 0 and 1`);
  const found = sketch.quantile(level);
  if (found === undefined) return notDefined('no events with a weight');
  const { value, low, high } = found;
  return { value, error: Math.max(high - value, value - low) };
}
