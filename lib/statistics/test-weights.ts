import { invariant } from '../base/error.js';

/**
 * The factor from test events to the full luminosity: 1 / (share of the test part), nominal, 5 for a
 * `training.train_fraction` of 0.8 (decisions.md 7). For simulated background with split `test`; signals and data have
 * no split and keep their weights. Sums of squared weights take the factor's square.
 */
export function testWeightFactor(trainFraction: number): number {
  invariant(
    trainFraction >= 0 && trainFraction < 1,
    `a train fraction of ${trainFraction} leaves no test part`,
  );
  // 1 / (1 - 0.8) is 5.000000000000001.
  return 1 / Number((1 - trainFraction).toPrecision(12));
}
