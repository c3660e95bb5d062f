import { choice, integer, section } from './keys.js';

export const engineSchema = section('How the work is spread.', {
  type: choice('embedded: worker threads of this process.', ['embedded'], 'embedded'),
  workers: integer('Worker threads.', 2, { minimum: 1, maximum: 256, results: false }),
  range_events: integer(
    'Entries of one piece of work and of one output file: a whole number of blocks of 8,192 entries.',
    65_536,
    { unit: 'events', minimum: 8192, maximum: 16_777_216, multipleOf: 8192 },
  ),
  batch_events: integer('Entries read and computed at a time.', 8192, {
    unit: 'events',
    minimum: 256,
    maximum: 1_048_576,
    results: false,
  }),
  queue_ranges: integer('Finished pieces that may wait for the next stage before a worker pauses.', 4, {
    minimum: 1,
    maximum: 1024,
    results: false,
  }),
  stall_timeout_ms: integer(
    'A worker that makes no progress for this long is ended and its file named.',
    120_000,
    {
      unit: 'ms',
      minimum: 1000,
      maximum: 86_400_000,
      results: false,
    },
  ),
  drain_timeout_ms: integer('Time given to pieces in work after the first interrupt.', 10_000, {
    unit: 'ms',
    minimum: 0,
    maximum: 3_600_000,
    results: false,
  }),
});
