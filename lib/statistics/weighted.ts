import { type Measured, notDefined } from './measured.js';
import { descendingOrder } from './order.js';

/**
 * Quantiles by abs(weight): for each level the smallest value v such that the weight at or below v reaches
 * level x total (numpy.quantile's method "inverted_cdf"). Levels in [0, 1], rising.
 */
export function weightedQuantiles(
  values: Float32Array,
  weights: Float64Array,
  levels: readonly number[],
): Measured[] {
  const problem = valuesProblem(values, weights);
  if (problem !== undefined) return levels.map(() => notDefined(problem));
  const order = descendingOrder(values);
  let total = 0;
  for (let i = order.length - 1; i >= 0; i--) total += Math.abs(weights[order[i]!]!);
  const found: Measured[] = [];
  let at = order.length;
  let sum = 0;
  for (const level of levels) {
    // A value without weight is no quantile, and level 0 is the smallest one that has some.
    while (at > 0 && (sum < level * total || sum === 0)) sum += Math.abs(weights[order[--at]!]!);
    found.push({ value: values[order[at]!]! });
  }
  return found;
}

/** The smallest value with at least half of abs(weight) at or below it. */
export function weightedMedian(values: Float32Array, weights: Float64Array): Measured {
  return weightedQuantiles(values, weights, [0.5])[0]!;
}

/** sum(abs(w) v) / sum(abs(w)). */
export function weightedMean(values: Float32Array, weights: Float64Array): Measured {
  const problem = valuesProblem(values, weights);
  if (problem !== undefined) return notDefined(problem);
  let sum = 0;
  let total = 0;
  for (let i = 0; i < values.length; i++) {
    const weight = Math.abs(weights[i]!);
    sum += weight * values[i]!;
    total += weight;
  }
  return { value: sum / total };
}

/** Events without weights that would have the same relative uncertainty: (sum w)^2 / sum w^2 (L. Kish, Survey Sampling, 1965). */
export function effectiveEvents(sum: number, sumOfSquares: number): number {
  return sumOfSquares > 0 ? (sum * sum) / sumOfSquares : 0;
}

/** Why a weighted sample has no figures, if so: no events, values or weights that are not finite, no weight at all. */
export function valuesProblem(values: Float32Array, weights: Float64Array): string | undefined {
  if (values.length === 0) return 'no events';
  let strange = 0;
  let weighty = false;
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i]!) || !Number.isFinite(weights[i]!)) strange++;
    else if (weights[i] !== 0) weighty = true;
  }
  if (strange > 0) return `${strange} of ${values.length} events have no finite value or weight`;
  return weighty ? undefined : `the weights of ${values.length} events are all 0`;
}
