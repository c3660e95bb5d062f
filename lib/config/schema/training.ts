import { choice, integer, real, section } from './keys.js';
import { clipSchema, lossSchema } from './training-loss.js';

export const trainingSchema = section('How the network is trained, megaset by megaset.', {
  epochs: integer('Epochs over each megaset.', 10, { unit: 'epochs', minimum: 1, maximum: 100_000 }),
  passes: integer('Passes over all megasets.', 1, { minimum: 1, maximum: 100_000 }),
  megasets: integer('Number of parts into which every channel is cut at random.', 10, {
    minimum: 1,
    maximum: 32_767,
  }),
  batch_events: integer('Events in one training step.', 2048, {
    unit: 'events',
    minimum: 1,
    maximum: 1_048_576,
  }),
  loss: lossSchema,
  clip: clipSchema,
  learning_rate: real('Step size of Adam; with a schedule the largest one.', 0.001, {
    exclusiveMinimum: 0,
    maximum: 10,
  }),
  schedule: section('How the learning rate changes in the course of training.', {
    type: choice(
      'constant: it does not; cosine: half a cosine from learning_rate to minimum_rate over all planned steps of the run (those of a megaset that ended early are passed over); plateau: it is reduced when the validation loss no longer falls, in whatever megaset.',
      ['constant', 'cosine', 'plateau'],
      'constant',
    ),
    warmup_steps: integer('Steps at the start over which the rate rises from 0 to learning_rate.', 0, {
      unit: 'steps',
      minimum: 0,
      maximum: 1_000_000_000,
      when: { key: 'type', values: ['cosine'] },
    }),
    minimum_rate: real('The rate at the end, or the least one; at most learning_rate.', 0, {
      minimum: 0,
      maximum: 10,
      when: { key: 'type', values: ['cosine', 'plateau'] },
    }),
    factor: real('What the rate is multiplied with on a plateau.', 0.1, {
      exclusiveMinimum: 0,
      exclusiveMaximum: 1,
      when: { key: 'type', values: ['plateau'] },
    }),
    patience_epochs: integer('Epochs without improvement after which the rate is reduced.', 10, {
      unit: 'epochs',
      minimum: 1,
      maximum: 100_000,
      when: { key: 'type', values: ['plateau'] },
    }),
    min_delta: real('An epoch improves when its loss lies below the best by more than this.', 0.0001, {
      minimum: 0,
      maximum: 1e6,
      when: { key: 'type', values: ['plateau'] },
    }),
    cooldown_epochs: integer('Epochs after a reduction of which none counts as without improvement.', 0, {
      unit: 'epochs',
      minimum: 0,
      maximum: 100_000,
      when: { key: 'type', values: ['plateau'] },
    }),
  }),
  train_fraction: real(
    'Share of the background that is not test; the rest is kept for every figure that is shown.',
    0.8,
    { exclusiveMinimum: 0, exclusiveMaximum: 1 },
  ),
  validation_fraction: real(
    'Share of the non-test background taken out of training for the validation loss; 0 trains on all of it.',
    0.1,
    { minimum: 0, exclusiveMaximum: 1 },
  ),
  sample_weights: choice(
    'Weight of an event in the loss: abs(weight), weight clipped at 0, none, or balanced: abs(weight) times a factor that gives every channel the same total in a megaset, and likewise in the validation part (a channel of few events then gets few heavy ones). Normalised to mean 1 for each megaset.',
    ['abs', 'none', 'clip', 'balanced'],
    'abs',
  ),
  seed: integer('Seed of weights at the start and of the order of events.', 1, {
    minimum: 0,
    maximum: 4_294_967_295,
  }),
  split_salt: integer(
    'XORed into the salts of the hashes that decide split and megaset: another number gives another split, whatever the seed.',
    0,
    { minimum: 0, maximum: 4_294_967_295 },
  ),
  bucket_events: integer(
    'Largest number of events held in memory while a megaset is put into order.',
    131_072,
    {
      unit: 'events',
      minimum: 1024,
      maximum: 16_777_216,
    },
  ),
  validation_events: integer(
    'Most validation events that the validation loss is taken over; a sample by hash that keeps the channel mix.',
    100_000,
    { unit: 'events', minimum: 1, maximum: 16_777_216 },
  ),
  usual_error_events: integer(
    'Most training events over which the usual error of each column is taken, megaset by megaset.',
    1_000_000,
    { unit: 'events', minimum: 1, maximum: 1_000_000_000 },
  ),
  keep: choice(
    'Weights of the model: last, or best: those after the epoch with the least validation loss of the whole run (without validation events: training loss). Unlike restore_best_weights in Keras it changes the model only: training itself always goes on from the last weights, from megaset to megaset and after a restart.',
    ['last', 'best'],
    'last',
  ),
  checkpoint_minutes: real(
    'A checkpoint is written after every megaset, and within one when the last is this old; 0: only after megasets. A killed run goes on from it with the same bits.',
    5,
    { unit: 'minutes', minimum: 0, maximum: 10_000, results: false },
  ),
  early_stopping: section('Ends the current megaset (only) when the validation loss no longer falls.', {
    patience_epochs: integer('Epochs without improvement after which the megaset ends; 0 never ends it.', 0, {
      unit: 'epochs',
      minimum: 0,
      maximum: 100_000,
    }),
    min_delta: real('An epoch improves when its loss lies below the best by more than this.', 0, {
      minimum: 0,
      maximum: 1e6,
    }),
  }),
});
