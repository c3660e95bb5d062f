import type { Activation, LayerDescription, NetworkDescription } from './network.js';

const tanh: Activation = { type: 'tanh' };
const relu: Activation = { type: 'relu' };
/** The thesis uses Keras' old default slope throughout. */
const leaky: Activation = { type: 'leakyrelu', slope: 0.3 };

function layer(units: number | 'columns', activation: Activation): LayerDescription {
  return { units, activation };
}

const largeEncoder = [layer(450, tanh), layer(300, leaky), layer(200, relu), layer(150, leaky)];

/** n-150-n: tanh of the input, LeakyReLU(0.3) in the latent and output layers (thesis, "AE small"). */
export const aeSmall: NetworkDescription = {
  name: 'ae_small',
  inputActivation: tanh,
  layers: [layer(150, leaky), layer('columns', leaky)],
};

/** n-450-300-200-150-200-300-450-n (thesis, "AE large"). */
export const aeLarge: NetworkDescription = {
  name: 'ae_large',
  inputActivation: tanh,
  layers: [...largeEncoder, layer(200, relu), layer(300, leaky), layer(450, tanh), layer('columns', leaky)],
};

/** As the thesis' program had AE small: a dense layer of n with tanh where the text has a tanh on the input. */
export const aeSmallCode: NetworkDescription = {
  name: 'ae_small_code',
  inputActivation: { type: 'linear' },
  layers: [layer('columns', tanh), layer(150, leaky), layer('columns', leaky)],
};

/** As the thesis' program had AE large: a dense tanh layer in front, and 350 instead of 300 in the decoder. */
export const aeLargeCode: NetworkDescription = {
  name: 'ae_large_code',
  inputActivation: { type: 'linear' },
  layers: [
    layer('columns', tanh),
    ...largeEncoder,
    layer(200, relu),
    layer(350, leaky),
    layer(450, tanh),
    layer('columns', leaky),
  ],
};

const sigmoid: Activation = { type: 'sigmoid' };
const linear: Activation = { type: 'linear' };
const latent: LayerDescription = { units: 150, activation: linear, kind: 'gaussian' };

/** n-(150, 150)-n: tanh of the input, LeakyReLU(0.3) out (thesis, "VAE small"). */
export const vaeSmall: NetworkDescription = {
  name: 'vae_small',
  inputActivation: tanh,
  layers: [latent, layer('columns', leaky)],
};

/** n-400-300-200-(150, 150)-200-300-400-n (thesis, "VAE large"); its sigmoid output goes with min-max scaling. */
export const vaeLarge: NetworkDescription = {
  name: 'vae_large',
  inputActivation: relu,
  layers: [
    layer(400, tanh),
    layer(300, relu),
    layer(200, leaky),
    latent,
    layer(200, leaky),
    layer(300, relu),
    layer(400, tanh),
    layer('columns', sigmoid),
  ],
};

/** The networks that a configuration may name. */
export const networkPresets: Readonly<Record<string, NetworkDescription>> = {
  ae_small: aeSmall,
  ae_large: aeLarge,
  vae_small: vaeSmall,
  vae_large: vaeLarge,
  ae_small_code: aeSmallCode,
  ae_large_code: aeLargeCode,
};

/** Hidden layers as given, and a last one as wide as the input. */
export function stackedNetwork(
  hidden: readonly LayerDescription[],
  output: Omit<LayerDescription, 'units'>,
  inputActivation: Activation = { type: 'linear' },
): NetworkDescription {
  return { name: 'stacked', inputActivation, layers: [...hidden, { units: 'columns', ...output }] };
}
