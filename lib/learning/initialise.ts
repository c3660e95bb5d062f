import type { DenseLayer, Initialiser, Network } from './network.js';
import { Random } from './random.js';

/** What sqrt(variance) of a normal distribution cut at two standard deviations is a share of (Keras' constant). */
const truncatedDeviation = 0.87962566103423978;

/**
 * First parameters as Keras' Dense layers have them: biases 0, kernels with the variance 2 / (inputs + outputs)
 * (Glorot and Bengio 2010) or 2 / inputs (He et al. 2015), uniform within sqrt(3 variance) or normal cut at two
 * standard deviations. The halves of a gaussian layer are two layers of their own width. Drawn with our own
 * generator, row by row, from (seed, layer).
 */
export function initialParameters(network: Network, seed: number): Float32Array[] {
  return network.parameters.map(({ size, dims }, index) => {
    const values = new Float32Array(size);
    if (dims.length === 1) return values;
    const layer = network.layers[index >> 1]!;
    const draw = drawer(layer, new Random('glorot', [seed, index >> 1]));
    for (let at = 0; at < size; at++) values[at] = draw();
    return values;
  });
}

function drawer({ initialiser, inputs, outputs }: DenseLayer, random: Random): () => number {
  const fan = isHe(initialiser) ? inputs : inputs + outputs;
  if (initialiser.endsWith('uniform')) {
    const limit = Math.sqrt(6 / fan);
    return () => (2 * random.unit() - 1) * limit;
  }
  const deviation = Math.sqrt(2 / fan) / truncatedDeviation;
  return () => {
    let value = normal(random);
    while (Math.abs(value) > 2) value = normal(random);
    return value * deviation;
  };
}

function isHe(initialiser: Initialiser): boolean {
  return initialiser === 'he_uniform' || initialiser === 'he_normal';
}

/** One standard normal deviate by Box and Muller. */
function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit());
}
