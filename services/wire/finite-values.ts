import type { FeatureRows } from '../../lib/physics/feature-rows.js';

/**
 * The first row with a value that is not finite: no featurizer writes one, and a single one would spread through
 * the means of a scaler or the weights of a model into every score.
 */
export function valuesProblem({ rows, offsets, values }: FeatureRows): string | undefined {
  for (let row = 0; row < rows; row++)
    for (let k = offsets[row]!; k < offsets[row + 1]!; k++)
      // x - x is 0 for finite numbers only.
      if (values[k]! - values[k]! !== 0) return `row ${row} holds the value ${values[k]}`;
  return undefined;
}

/** The first row whose sum of squares or absolute values is none. */
export function sumsProblem(name: string, sums: Float64Array): string | undefined {
  for (let row = 0; row < sums.length; row++)
    if (!(sums[row]! >= 0 && sums[row]! < Number.POSITIVE_INFINITY))
      return `row ${row} has the ${name} ${sums[row]}`;
  return undefined;
}
