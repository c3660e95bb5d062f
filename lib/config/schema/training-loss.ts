import { choice, list, real, requiredText, section } from './keys.js';

const featureWeight = section('Weight of some columns.', {
  features: requiredText('Pattern of column names, for example mT* or "m(e1,*)".'),
  weight: real('Weight of their error in the loss.', 1, { minimum: 0, maximum: 1e6 }),
});

export const lossSchema = section('What training makes small (docs/physics.md, "Networks").', {
  type: choice(
    'Of a value: squared error, absolute error, Huber loss, or binary cross-entropy for a sigmoid output.',
    ['mse', 'mae', 'huber', 'bce'],
    'mse',
  ),
  delta: real('Difference at which the Huber loss turns from square to line, in scaled units.', 1, {
    exclusiveMinimum: 0,
    maximum: 1e6,
    when: { key: 'type', values: ['huber'] },
  }),
  beta: real('Weight of the Kullback-Leibler term of a variational network.', 1, {
    minimum: 0,
    maximum: 1e6,
  }),
  feature_weights: list(
    'Weights of columns in the loss, 1 where nothing matches; of several that match the last one counts.',
    featureWeight,
    [],
    { maxItems: 1000 },
  ),
});

export const clipSchema = section('How gradients are limited before Adam sees them.', {
  type: choice(
    'none; value: each value to +-limit; norm: each tensor to the norm limit; global_norm: all together.',
    ['none', 'value', 'norm', 'global_norm'],
    'none',
  ),
  limit: real('The limit.', 1, {
    exclusiveMinimum: 0,
    maximum: 1e9,
    when: { key: 'type', values: ['value', 'norm', 'global_norm'] },
  }),
});
