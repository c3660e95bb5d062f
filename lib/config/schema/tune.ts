import { choice, integer, list, real, section } from './keys.js';

const activations = ['relu', 'leakyrelu', 'tanh', 'linear', 'sigmoid'] as const;

function activationList(description: string, usual: readonly (typeof activations)[number][]) {
  return list(description, choice('An activation.', activations), usual, { minItems: 1, unique: true });
}

function numberList(description: string, usual: readonly number[], limits: { maximum: number }) {
  const item = real('A value.', usual[0]!, { minimum: 0, ...limits });
  return list(description, item, usual, { minItems: 1, unique: true });
}

/** Bounds of a width, both included. */
function widths(description: string, min: number, max: number) {
  return section(description, {
    min: integer('Least width.', min, { minimum: 1, maximum: 16_384 }),
    max: integer('Largest width; 0: one less than the number of trained columns.', max, {
      minimum: 0,
      maximum: 16_384,
    }),
  });
}

const space = section('What is searched through (docs/tuning.md).', {
  activations: activationList(
    'Activations of the encoder and the latent layer, one drawn for each; the decoder mirrors the encoder.',
    ['relu', 'leakyrelu', 'tanh', 'linear'],
  ),
  output_activations: activationList('Activations of the last layer.', [
    'relu',
    'leakyrelu',
    'tanh',
    'linear',
  ]),
  input_activations: activationList('Activations on the scaled input, before the first weights.', ['tanh']),
  slopes: numberList('Slopes of leakyrelu below zero; one drawn for all layers.', [1, 0.5, 0.1, 0.05, 0.01], {
    maximum: 1,
  }),
  learning_rates: list(
    'Learning rates to choose from.',
    real('A learning rate.', 0.001, { exclusiveMinimum: 0, maximum: 10 }),
    [0.09, 0.095, 0.001, 0.0015],
    { minItems: 1, unique: true },
  ),
  learning_rate_range: section('A range from which learning rates are drawn beside the list, log-uniform.', {
    min: real('Least learning rate.', 0.0001, { exclusiveMinimum: 0, maximum: 10 }),
    max: real('Largest learning rate.', 0.1, { exclusiveMinimum: 0, maximum: 10 }),
    share: real('Share of the configurations that draw from the range instead of the list.', 0.5, {
      minimum: 0,
      maximum: 1,
    }),
  }),
  kernel_l1: numberList(
    'Weights of the penalty on abs(kernel); one drawn for all penalised layers.',
    [0, 0.5, 0.1, 0.05, 0.01],
    { maximum: 1e6 },
  ),
  activity_l2: numberList(
    'Weights of the penalty on output^2; one drawn for all penalised layers.',
    [0, 0.5, 0.1, 0.05, 0.01],
    { maximum: 1e6 },
  ),
  penalised: choice(
    'The layers that have the penalties: the latent layer, or all hidden ones.',
    ['latent', 'hidden'],
    'latent',
  ),
  encoder: list(
    'Widths of the layers before the latent one, one range each; the decoder mirrors what is drawn.',
    widths('Range of one width.', 60, 0),
    [
      { min: 60, max: 0 },
      { min: 30, max: 59 },
      { min: 10, max: 29 },
    ],
    { maxItems: 30 },
  ),
  latent: widths('Range of the latent width.', 1, 9),
});

export const tuneSchema = section(
  'How `rmmstream tune` searches for a network and a learning rate; `run` does not read it.',
  {
    algorithm: choice(
      'hyperband: many configurations for few epochs, the best of them for more (Li et al. 2018); random: every configuration for max_epochs.',
      ['hyperband', 'random'],
      'hyperband',
    ),
    max_epochs: integer('Most epochs that one configuration is trained for (R of Hyperband).', 27, {
      unit: 'epochs',
      minimum: 1,
      maximum: 100_000,
    }),
    factor: integer('One in so many configurations goes on to so many times the epochs (eta).', 3, {
      minimum: 2,
      maximum: 100,
    }),
    minutes: real(
      'After so long nothing new is begun, and what is in work is finished; 0 for no limit. Work of earlier processes counts.',
      0,
      { unit: 'min', minimum: 0, maximum: 1e6 },
    ),
    trials: integer('Most configurations; 0 for no limit.', 0, { minimum: 0, maximum: 1_000_000 }),
    total_epochs: integer(
      'Most epochs over all configurations together; 0 for no limit. Without any limit Hyperband goes through all its brackets once, and random search takes as many epochs.',
      0,
      { unit: 'epochs', minimum: 0, maximum: 1_000_000_000 },
    ),
    seed: integer('Seed of the configurations: the i-th follows from (seed, i).', 1, {
      minimum: 0,
      maximum: 4_294_967_295,
    }),
    workers: integer('Configurations that are trained at the same time.', 2, { minimum: 1, maximum: 256 }),
    threads: integer('Threads of the backend of each of them.', 1, { minimum: 1, maximum: 1024 }),
    sample_events: integer(
      'Most training events that configurations are trained on; a sample by hash that keeps the channel mix.',
      100_000,
      { unit: 'events', minimum: 1, maximum: 16_777_216 },
    ),
    validation_events: integer(
      'Most events of the validation split that the validation error is taken over.',
      25_000,
      { unit: 'events', minimum: 1, maximum: 16_777_216 },
    ),
    space,
  },
  { results: false },
);
