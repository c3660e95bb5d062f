import { isDefined, type Measured, notDefined } from './measured.js';
import { areaUnderCurve } from './roc.js';
import type { TailResult } from './tail-curve.js';
import { effectiveEvents, weightedQuantiles } from './weighted.js';

export interface EnergyBinOptions {
  /** Background quantiles that bound the bins before any are joined, rising. */
  readonly levels: readonly number[];
  /** Effective background events that a bin must have. */
  readonly minimumEvents: number;
}

/** Deciles, and the top one cut again, where most signals lie. */
export const energyBinDefaults: EnergyBinOptions = {
  levels: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99],
  minimumEvents: 50,
};

/** Bins of an energy, for example H_T + met: bin k holds (edges[k - 1], edges[k]], the outer ones without end. */
export interface EnergyBins {
  readonly edges: Float64Array;
  readonly count: number;
}

/**
 * Bins from the background's quantiles by abs(weight). From the top down, a bin is joined with the next
 * lower one until it has the least effective events and a positive sum of signed weights; a rest at the bottom
 * joins the bin above it.
 */
export function energyBins(
  energy: Float32Array,
  weights: Float64Array,
  options: EnergyBinOptions = energyBinDefaults,
): EnergyBins | { readonly notDefined: string } {
  const quantiles = weightedQuantiles(energy, weights, options.levels);
  const edges: number[] = [];
  for (const quantile of quantiles) {
    if (!isDefined(quantile)) return notDefined(`background: ${quantile.notDefined}`);
    // Many equal energies give equal quantiles, and bins of nothing.
    if (edges.length === 0 || quantile.value > edges[edges.length - 1]!) edges.push(quantile.value);
  }
  const fine: EnergyBins = { edges: Float64Array.from(edges), count: edges.length + 1 };
  const bins = binOf(fine, energy);
  const sums = new Float64Array(fine.count);
  const squares = new Float64Array(fine.count);
  for (let i = 0; i < bins.length; i++) {
    const weight = weights[i]!;
    sums[bins[i]!]! += weight;
    squares[bins[i]!]! += weight * weight;
  }
  return joinBins(edges, sums, squares, options.minimumEvents);
}

function joinBins(
  edges: readonly number[],
  sums: Float64Array,
  squares: Float64Array,
  minimumEvents: number,
): EnergyBins | { readonly notDefined: string } {
  // Falling lower edges of the bins that are closed.
  const kept: number[] = [];
  let sum = 0;
  let square = 0;
  for (let bin = sums.length - 1; bin >= 0; bin--) {
    sum += sums[bin]!;
    square += squares[bin]!;
    const full = sum > 0 && effectiveEvents(sum, square) >= minimumEvents;
    if (bin === 0) {
      // A rest that is not full undoes the edge above it; without one the background is too small.
      if (!full && kept.pop() === undefined) {
        return notDefined(
          `background: ${effectiveEvents(sum, square).toFixed(1)} effective events are too few for a bin of ${minimumEvents}`,
        );
      }
    } else if (full) {
      kept.push(edges[bin - 1]!);
      sum = 0;
      square = 0;
    }
  }
  return { edges: Float64Array.from(kept.reverse()), count: kept.length + 1 };
}

/** The bin of each value. */
export function binOf({ edges }: EnergyBins, values: Float32Array): Uint16Array {
  const bins = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    let bin = 0;
    while (bin < edges.length && value > edges[bin]!) bin++;
    bins[i] = bin;
  }
  return bins;
}

/**
 * The area under the curve within each bin, averaged over the signal's own distribution among the bins (by
 * the signed sum of weights; bins in which the signal's sum is not positive are left out).
 */
export function areaWithinBins(signal: readonly TailResult[], background: readonly TailResult[]): Measured {
  let sum = 0;
  let total = 0;
  for (let bin = 0; bin < signal.length; bin++) {
    const curve = signal[bin]!;
    if (!isDefined(curve)) continue;
    const area = areaUnderCurve(curve, background[bin]!);
    if (!isDefined(area)) return notDefined(`bin ${bin + 1} of ${signal.length}: ${area.notDefined}`);
    sum += curve.total * area.value;
    total += curve.total;
  }
  return total > 0 ? { value: sum / total } : notDefined('signal: no bin has a positive sum of weights');
}
