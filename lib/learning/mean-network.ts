import { buildNetwork, type Network } from './network.js';

/**
 * The network that scores for a variational one: z is the mean, so its gaussian layer becomes a linear dense layer
 * with the mean's half of the kernel, and dropout and penalties are gone. An autoencoder comes back as it is.
 */
export function meanNetwork(
  network: Network,
  parameters: readonly Float32Array[],
): { network: Network; parameters: readonly Float32Array[] } {
  if (network.layers.every(({ kind }) => kind === 'dense')) return { network, parameters };
  const { description, columns, layers } = network;
  const plain = buildNetwork(
    { ...description, layers: description.layers.map(({ units, activation }) => ({ units, activation })) },
    columns,
  );
  const halved = parameters.map((values, index) => {
    const { kind, outputs } = layers[index >> 1]!;
    return kind === 'gaussian' ? firstHalf(values, outputs) : values;
  });
  return { network: plain, parameters: halved };
}

/** The first `width` of every 2 `width` values. */
function firstHalf(values: Float32Array, width: number): Float32Array {
  const half = new Float32Array(values.length / 2);
  for (let row = 0; row * width < half.length; row++) {
    half.set(values.subarray(2 * row * width, (2 * row + 1) * width), row * width);
  }
  return half;
}
