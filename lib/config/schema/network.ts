import { choice, integer, list, real, section } from './keys.js';

const activations = ['linear', 'tanh', 'relu', 'leakyrelu', 'sigmoid'] as const;
const stackedNetworks = { key: 'type', values: ['stacked'] } as const;
const dense = { key: 'kind', values: ['dense'] } as const;

function penalty(description: string) {
  return real(description, 0, { minimum: 0, maximum: 1e6, when: dense });
}

const layer = section('One layer.', {
  units: integer('Width of the layer.', 150, { minimum: 1, maximum: 16_384 }),
  kind: choice(
    'dense; or gaussian: the latent layer of a variational autoencoder, a linear mean and log variance of `units` values. At most one.',
    ['dense', 'gaussian'],
    'dense',
  ),
  activation: choice('Activation after the layer.', activations, 'leakyrelu', { when: dense }),
  slope: real('Slope of leakyrelu below zero.', 0.3, {
    minimum: 0,
    maximum: 1,
    when: { key: 'activation', values: ['leakyrelu'] },
  }),
  kernel_l1: penalty('Added to the loss: this x sum of abs(kernel).'),
  kernel_l2: penalty('Added to the loss: this x sum of kernel^2.'),
  activity_l1: penalty('Added to the loss of an event: this x sum of abs(output), after the activation.'),
  activity_l2: penalty('Added to the loss of an event: this x sum of output^2, after the activation.'),
  dropout: real('Share of the outputs that a training step sets to 0.', 0, {
    minimum: 0,
    exclusiveMaximum: 1,
    when: dense,
  }),
});

export const networkSchema = section('The autoencoder.', {
  type: choice(
    'A network by name (docs/physics.md, "Networks"), or stacked: the layers as listed.',
    ['ae_small', 'ae_large', 'vae_small', 'vae_large', 'ae_small_code', 'ae_large_code', 'stacked'],
    'ae_small',
  ),
  input_activation: choice(
    'Activation on the scaled input itself, before the first weights.',
    activations,
    'tanh',
    { when: stackedNetworks },
  ),
  layers: list(
    'The hidden layers in order; a last layer as wide as the input is added.',
    layer,
    [
      {
        units: 150,
        kind: 'dense',
        activation: 'leakyrelu',
        slope: 0.3,
        kernel_l1: 0,
        kernel_l2: 0,
        activity_l1: 0,
        activity_l2: 0,
        dropout: 0,
      },
    ],
    { minItems: 1, maxItems: 63, when: stackedNetworks },
  ),
  output_activation: choice('Activation of the last layer.', activations, 'leakyrelu', {
    when: stackedNetworks,
  }),
  slope: real('Slope of leakyrelu below zero in input_activation and output_activation.', 0.3, {
    minimum: 0,
    maximum: 1,
    when: stackedNetworks,
  }),
  initialiser: choice(
    'Distribution of the first kernels, as Keras names them.',
    ['glorot_uniform', 'glorot_normal', 'he_uniform', 'he_normal'],
    'glorot_uniform',
    { when: stackedNetworks },
  ),
});
