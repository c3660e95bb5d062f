import { choice, integer, section } from './keys.js';

export const engineSchema = section('How the work is spread.', {
  type: choice('embedded: worker threads of this process.', ['embedded'], 'embedded'),
  workers: integer('Worker threads.', 2, { minimum: 1, maximum: 256, results: false }),
  range_events: integer(
    'Entries of one piece of work and of one output file: a whole number of blocks of 8,192 entries.',
    65_536,
    { unit: 'events', minimum: 8192, maximum: 16_777_216, multipleOf: 8192 },
  ),
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
});
