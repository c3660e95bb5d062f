import type { Network } from './network.js';
import { Random } from './random.js';

/**
 * First parameters as Keras' Dense layers have them: kernels uniform within sqrt(6 / (inputs + outputs))
 * (Glorot and Bengio 2010), biases 0. Drawn with our own generator, row by row, from (seed, layer).
 */
export function initialParameters(network: Network, seed: number): Float32Array[] {
  return network.parameters.map((spec, index) => {
    const values = new Float32Array(spec.size);
    if (spec.dims.length === 1) return values;
    const limit = Math.sqrt(6 / (spec.dims[0]! + spec.dims[1]!));
    const random = new Random('glorot', [seed, index >> 1]);
    for (let at = 0; at < values.length; at++) values[at] = (2 * random.unit() - 1) * limit;
    return values;
  });
}
