import { choice, integer, list, real, section } from './keys.js';

const activations = ['linear', 'tanh', 'relu', 'leakyrelu', 'sigmoid'] as const;
const stacked = { key: 'type', values: ['stacked'] } as const;

const layer = section('One dense layer.', {
  units: integer('Width of the layer.', 150, { minimum: 1, maximum: 16_384 }),
  activation: choice('Activation after the layer.', activations, 'leakyrelu'),
  slope: real('Slope of leakyrelu below zero.', 0.3, {
    minimum: 0,
    maximum: 1,
    when: { key: 'activation', values: ['leakyrelu'] },
  }),
});

export const networkSchema = section('The autoencoder.', {
  type: choice(
    'A network by name (docs/physics.md, "Networks"), or stacked: the layers as listed.',
    ['ae_small', 'ae_large', 'ae_small_code', 'ae_large_code', 'stacked'],
    'ae_small',
  ),
  input_activation: choice(
    'Activation on the scaled input itself, before the first weights.',
    activations,
    'tanh',
    { when: stacked },
  ),
  layers: list(
    'The hidden layers in order; a last layer as wide as the input is added.',
    layer,
    [{ units: 150, activation: 'leakyrelu', slope: 0.3 }],
    { minItems: 1, maxItems: 63, when: stacked },
  ),
  output_activation: choice('Activation of the last layer.', activations, 'leakyrelu', { when: stacked }),
  slope: real('Slope of leakyrelu below zero in input_activation and output_activation.', 0.3, {
    minimum: 0,
    maximum: 1,
    when: stacked,
  }),
});
