import type { CodeSpec } from './code-spec.js';

/** Error codes of learning. */
export const learningCodes = {
  feature_not_finite: {
    domain: 'data',
    exit: 1,
    summary: 'A feature value that reached the scaler is not a finite number.',
    cure: 'Look at the column and the input file in the message; rows with such values belong among the dead letters, so report the file if they came this far.',
  },
  scaler_no_trained_column: {
    domain: 'data',
    exit: 1,
    summary: 'No feature column is filled often enough and varies enough to be trained on.',
    cure: 'Give more training events, or lower features.min_filled, or set features.constant_columns to through.',
  },
  scaler_mismatch: {
    domain: 'data',
    exit: 1,
    summary: 'Rows, scaler and network do not belong together.',
    cure: 'Score with the scaler inside the model folder, and features made with the convention that the model names.',
  },
  network_invalid: {
    domain: 'user',
    exit: 2,
    summary: 'The description of the network cannot be built.',
    cure: 'Mend the layer that the message names; docs/configuration.md lists activations and widths.',
  },
  reference_too_small: {
    domain: 'data',
    exit: 1,
    summary: 'The training part has fewer events than neighbours are looked for.',
    cure: 'Give more training events, or leave knn out of scores.',
  },
  training_rows_unusable: {
    domain: 'data',
    exit: 1,
    summary: 'A megaset holds no row, or no row with a non-zero weight, to train on.',
    cure: 'Use fewer megasets or more input, or set training.sample_weights to none.',
  },
  training_diverged: {
    domain: 'data',
    exit: 1,
    summary: 'The training loss is no longer a finite number.',
    cure: 'Lower training.learning_rate, or look for extreme values in the input columns that the report lists.',
  },
  backend_unavailable: {
    domain: 'external',
    exit: 1,
    summary: 'No learning backend could be started.',
    cure: 'Run rmmstream doctor: it tries each backend and says why it was not taken; npm ci brings onnxruntime-node back.',
  },
  backend_failed: {
    domain: 'internal',
    exit: 1,
    summary: 'A learning backend refused a graph or failed while running it.',
    cure: 'Try another backend with training.backend, and report the message with the network description.',
  },
  model_corrupt: {
    domain: 'data',
    exit: 1,
    summary: 'A model or checkpoint folder is incomplete or does not match its own checksums.',
    cure: 'Restore the folder from where it was made, or train again with --fresh.',
  },
  model_version_unsupported: {
    domain: 'data',
    exit: 1,
    summary: 'A model or checkpoint was written in a format that this version does not read.',
    cure: 'Use the version of rmmstream that the message names, or train again.',
  },
  checkpoint_mismatch: {
    domain: 'user',
    exit: 2,
    summary: 'A checkpoint belongs to another configuration, scaler or backend.',
    cure: 'Resume with the configuration that made the checkpoint, or start over with --fresh.',
  },
} as const satisfies Record<string, CodeSpec>;
