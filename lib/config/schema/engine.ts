import { choice, integer, list, requiredText, section } from './keys.js';

const onKafka = { key: 'type', values: ['kafka'] } as const;

const port = '([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])';

/** Copies of a service that `rmmstream run` starts. */
function copies(name: string, more = '') {
  return integer(`Processes of ${name}.${more}`, 1, { minimum: 1, maximum: 256, results: false });
}

export const engineSchema = section('How the work is spread.', {
  type: choice(
    'embedded: worker threads of this process. kafka: every stage a service of its own, connected by Kafka topics; `rmmstream run` starts them all on this machine. Both give the same results.',
    ['embedded', 'kafka'],
    'embedded',
    { results: false },
  ),
  brokers: list(
    'Kafka brokers to start from, each host:port; the others are found through them.',
    requiredText('A broker.', {
      pattern: `^([^\\s:/@]+|\\[[0-9a-fA-F:]+\\]):${port}$`,
      form: 'host:port, the port from 1 to 65535',
    }),
    [],
    { maxItems: 64, unique: true, when: onKafka, results: false },
  ),
  copies: section(
    'How many processes of each service `rmmstream run` starts; on machines of your own start as many as you like.',
    {
      ingest: copies('ingest'),
      selector: copies('the selector'),
      featurizer: copies('the featurizer'),
      scaler: copies('the scaler'),
      trainer: copies('the trainer', ' One trains, the others stand by.'),
      scorer: copies('the scorer'),
    },
    { when: onKafka, results: false },
  ),
  workers: integer('Worker threads.', 2, { minimum: 1, maximum: 256, results: false }),
  range_events: integer(
    'Entries of one piece of work and of one output file: a whole number of blocks of 8,192 entries.',
    65_536,
    { unit: 'events', minimum: 8192, maximum: 16_777_216, multipleOf: 8192 },
  ),
  stall_timeout_ms: integer(
    'A worker that makes no progress for this long is ended and its file named; a service whose input waits for this long without progress is not ready and says so.',
    120_000,
    {
      unit: 'ms',
      minimum: 1000,
      maximum: 86_400_000,
      results: false,
    },
  ),
});
