import type { Config } from '../../lib/config/index.js';
import type { ScalerOptions } from '../../lib/learning/scaler.js';

/** How the configuration wants the scaler frozen. */
export function scalerOptions({ scaler, features }: Config): ScalerOptions {
  return {
    type: scaler.type,
    weights: scaler.weights,
    minFilled: features.min_filled,
    minRelativeStd: features.min_relative_std,
    constantColumns: features.constant_columns,
  };
}
