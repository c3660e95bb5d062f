import { choice, flag, integer, list, optional, real, requiredText, section, text } from './keys.js';

const sample = section('One sample: files that belong together, under one name.', {
  name: requiredText('Name of the sample, as it stands in every output.', {
    pattern: '^[A-Za-z0-9][A-Za-z0-9_.+-]{0,63}$',
    form: 'letters, digits, _ . + - and at most 64 characters',
  }),
  kind: choice(
    'What the sample is for: background is split, trained and scored; signal and data are only scored.',
    ['background', 'signal', 'data'],
  ),
  files: list(
    'Input files: paths or globs (`*`, `?`, `**`, `[abc]`, `{a,b}`), relative to the configuration file.',
    requiredText('A path or a glob.'),
    undefined,
    { minItems: 1, results: false },
  ),
  luminosity_fb: optional(
    real('Integrated luminosity of this data sample; reports scale simulation to it.', 0, {
      unit: 'fb^-1',
      exclusiveMinimum: 0,
      maximum: 1e6,
      when: { key: 'kind', values: ['data'] },
    }),
  ),
  corrupt: choice(
    'What reports do with the sample when it has too many corrupt weights (selection.corrupt): leave_out drops the whole sample, keep uses its good rows.',
    ['leave_out', 'keep'],
    'leave_out',
  ),
});

export const inputSchema = section('What is read.', {
  mode: choice(
    'bounded: the files that the patterns match at the start; the run ends by itself. continuous: new files are taken as they come (engine.type: kafka).',
    ['bounded', 'continuous'],
    'bounded',
  ),
  profile: text(
    'Input profile that maps branches to names and units: a name in schemas/profiles, or the path of a .yaml file relative to the configuration file.',
    'atlas-open-data-2020',
    // The profile's content is part of the hash by itself; its path is not.
    { results: false },
  ),
  samples: list('The samples, in the order in which tables show them.', sample, [], { maxItems: 10_000 }),
  duplicates: choice(
    'What to do when the same event (run, event, channel) comes twice: count reports it, refuse makes it an error.',
    ['count', 'refuse'],
    'count',
  ),
  shared_channels: list(
    'Channel numbers (DSIDs) that may stand in more than one sample; any other is an error there.',
    integer('A channel number.', 0, { minimum: 0, maximum: 2_147_483_647 }),
    [],
    { unique: true },
  ),
  max_events: integer(
    'Reads at most this many entries of each sample, from its first file on; the default is no limit.',
    9_007_199_254_740_991,
    { unit: 'events', minimum: 1, maximum: 9_007_199_254_740_991 },
  ),
  verify_inputs: flag('Takes the full sha256 of every input file instead of the quick fingerprint.', false, {
    results: false,
  }),
});
