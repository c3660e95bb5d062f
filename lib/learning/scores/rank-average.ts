import type { QuantileSketch } from '../../base/quantile-sketch/quantile-sketch.js';

/**
 * Mean of the ranks of several scores against the background, in [0, 1]: what combines scores of unlike units.
 * @param scores `rows` values of each named score
 * @param sketches of the background's scores, in the same order
 */
export function rankAverage(
  scores: readonly Float64Array[],
  sketches: readonly QuantileSketch[],
  rows: number,
  out: Float64Array,
  at = 0,
): void {
  out.fill(0, at, at + rows);
  for (let which = 0; which < scores.length; which++)
    sketches[which]!.addRanks(scores[which]!, rows, out, at);
  for (let row = 0; row < rows; row++) out[at + row]! /= scores.length;
}
