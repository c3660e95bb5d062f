import type { CodeSpec } from './code-spec.js';

/** Error codes of the stages. */
export const servicesCodes = {
  profile_mismatch: {
    domain: 'data',
    exit: 2,
    summary: 'A file does not have the branches, or the types of branches, that the input profile names.',
    cure: 'Choose the profile that fits with input.profile; `rmmstream inspect FILE` shows the branches and which profile fits.',
  },
  ragged_mismatch: {
    domain: 'data',
    exit: 1,
    summary: 'Branches that describe the same objects do not agree on how many an event has.',
    cure: 'The file is damaged or was put together wrongly: make it again.',
  },
  weights_unusable: {
    domain: 'data',
    exit: 1,
    summary: 'No event of a file has a finite, non-zero weight.',
    cure: 'Make the file again, or take it out of the configuration.',
  },
  normalisation_unusable: {
    domain: 'data',
    exit: 1,
    summary:
      'Cross section or sum of weights of a simulated file is missing, not finite, zero or not constant.',
    cure: 'If the file is data, give its sample kind: data; else make the file again.',
  },
  channel_in_two_samples: {
    domain: 'user',
    exit: 2,
    summary: 'The same channel (DSID) stands in two samples, so its events would count twice.',
    cure: 'Put the files into one sample, or name the channel in input.shared_channels.',
  },
  input_copied: {
    domain: 'user',
    exit: 2,
    summary: 'Two input files are copies of each other, so every event would count twice.',
    cure: 'Take one of the two out of the configuration.',
  },
  no_training_events: {
    domain: 'data',
    exit: 1,
    summary: 'No background event was selected for training.',
    cure: 'Look at cutflow.json: which cut takes the events; or give more events.',
  },
  duplicate_events: {
    domain: 'data',
    exit: 1,
    summary: 'The same event (run, event, channel) came more than once.',
    cure: 'Remove the doubled files, or set input.duplicates: count to go on.',
  },
  service_failed: {
    domain: 'external',
    exit: 1,
    summary: 'Another service of the run met an error that no retry mends, so the run ended.',
    cure: 'Mend what the message says and start the services again: they go on where they stopped.',
  },
  model_missing: {
    domain: 'user',
    exit: 2,
    summary: 'What was given as a model is neither the folder nor the .zip of one.',
    cure: 'Give the model/ folder or the model.zip of a finished run, or train one with `rmmstream run` or `rmmstream train`.',
  },
  model_mismatch: {
    domain: 'user',
    exit: 2,
    summary:
      'The model was made for other features than the ones given, or does not hold what the scores need.',
    cure: 'Use the configuration that the model was made with, or train a new model.',
  },
  serve_address_unusable: {
    domain: 'user',
    exit: 2,
    summary: 'The live page cannot be served at the address that was given.',
    cure: 'Give --serve another address: of this machine, with a port that is free; port 0 takes a free one.',
  },
  serve_token_weak: {
    domain: 'user',
    exit: 2,
    summary: 'The token for the live page is too short, or has characters that do not fit into a header.',
    cure: 'Set RMMSTREAM_SERVE_TOKEN to 24 or more letters and digits, or leave it out: a token is made then.',
  },
} as const satisfies Record<string, CodeSpec>;
