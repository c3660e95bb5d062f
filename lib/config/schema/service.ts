import { integer, section, text } from './keys.js';

export const serviceSchema = section('What every service of the Kafka engine has in common.', {
  host: text(
    'Address on which /live, /ready and /metrics are served; 127.0.0.1 is this machine only.',
    '127.0.0.1',
    {
      pattern: '^[A-Za-z0-9_.:%-]+$',
      form: 'a name or address of this machine, without a port',
      results: false,
    },
  ),
  port: integer('Port for them; 0 takes a free one and says which.', 0, {
    minimum: 0,
    maximum: 65_535,
    results: false,
  }),
  drain_timeout_ms: integer(
    'After the first signal a service finishes what it holds, at most for this long.',
    30_000,
    { unit: 'ms', minimum: 100, maximum: 3_600_000, results: false },
  ),
});
