import { integer, list, real, section } from './keys.js';

const quota = section('One background channel.', {
  channel: integer('Channel number (DSID).', 0, { minimum: 0, maximum: 2_147_483_647 }),
  events: integer('Training events of the channel that a generation must hold.', 1000, {
    unit: 'events',
    minimum: 1,
    maximum: 1_000_000_000,
  }),
});

export const continuousSchema = section(
  'A run without end, where input.mode is continuous: folders are watched, models follow each other.',
  {
    scan_interval_ms: integer('Pause between two looks at the input patterns.', 5_000, {
      unit: 'ms',
      minimum: 100,
      maximum: 86_400_000,
      results: false,
    }),
    settle_ms: integer(
      'A new file is taken once size and time of change have stood still for this long.',
      10_000,
      {
        unit: 'ms',
        minimum: 0,
        maximum: 86_400_000,
        results: false,
      },
    ),
    write_interval_ms: integer(
      'Scores and features are in their files this long after they were made, though the files go on growing until their window of offsets (kafka.sink_window_offsets) is full.',
      30_000,
      {
        unit: 'ms',
        minimum: 100,
        maximum: 86_400_000,
        results: false,
      },
    ),
    freeze_events: integer('Training events after which the scaler is frozen.', 100_000, {
      unit: 'events',
      minimum: 1,
      maximum: 1_000_000_000,
    }),
    generation_events: integer(
      'Training events that close a generation (a megaset), where no quotas are given.',
      100_000,
      { unit: 'events', minimum: 1, maximum: 1_000_000_000 },
    ),
    quotas: list(
      'Background channels with their quota: a generation closes when every one of them has its own.',
      quota,
      [],
      { maxItems: 10_000 },
    ),
    drift_window_events: integer(
      'Training events over which drift against the frozen scaler is taken.',
      50_000,
      {
        unit: 'events',
        minimum: 100,
        maximum: 1_000_000_000,
        results: false,
      },
    ),
    drift_limit: real(
      'Distance of a feature (in standard deviations of the scaler) above which it counts as drifting.',
      0.25,
      {
        exclusiveMinimum: 0,
        maximum: 1e6,
        results: false,
      },
    ),
  },
);
