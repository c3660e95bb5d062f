import { choice, flag, integer, optional, requiredText, section, text } from './keys.js';

const secretForm = {
  pattern: '^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$',
  form: 'env:NAME for an environment variable or file:PATH for a file; never the secret itself',
  concealed: true,
} as const;

const topics = section('What `rmmstream topics create` makes.', {
  partitions: integer(
    'Partitions of each data topic: the most copies of one service that can work at the same time.',
    4,
    { minimum: 1, maximum: 1024, results: false },
  ),
  replication: integer('Copies of every message on different brokers; 3 where there are three brokers.', 1, {
    minimum: 1,
    maximum: 32,
    results: false,
  }),
  min_insync_replicas: integer(
    'Copies that must be written before a message counts; 2 beside replication 3.',
    1,
    {
      minimum: 1,
      maximum: 32,
      results: false,
    },
  ),
  max_message_bytes: integer(
    'Largest message: a block of 8,192 entries, with all objects of its events.',
    16_777_216,
    { unit: 'bytes', minimum: 65_536, maximum: 536_870_912, results: false },
  ),
  compression: choice(
    'Compression of data messages by the producer.',
    ['none', 'gzip', 'lz4', 'zstd'],
    'none',
    {
      results: false,
    },
  ),
  retention_hours: integer(
    'How long events and selected are kept, which are read once; 0 keeps them until `rmmstream topics delete`. A consumer that is further behind loses its input and ends with kafka_data_lost. All other topics are read again from far back and are always kept.',
    0,
    { unit: 'h', minimum: 0, maximum: 876_000, results: false },
  ),
});

const tls = section('Encrypted connections.', {
  enabled: flag('Connects with TLS.', false, { results: false }),
  ca_file: optional(
    requiredText("Certificates of the authorities to trust (PEM); the system's by default.", {
      results: false,
    }),
  ),
  cert_file: optional(
    requiredText('Certificate of this client (PEM), where brokers ask for one.', { results: false }),
  ),
  key_file: optional(requiredText('Its private key (PEM).', { results: false })),
});

const sasl = section('Log-in at the brokers.', {
  mechanism: choice('How to log in.', ['none', 'plain', 'scram-sha-256', 'scram-sha-512'], 'none', {
    results: false,
  }),
  username: optional(requiredText('User name.', { results: false })),
  password: optional(requiredText('Where the password is found.', { ...secretForm, results: false })),
});

export const kafkaSchema = section('The Kafka cluster, where engine.type is kafka.', {
  client: choice(
    'kafkajs is pure JavaScript and always there; confluent is @confluentinc/kafka-javascript, which has to be installed beside (docs/kafka-clients.md).',
    ['kafkajs', 'confluent'],
    'kafkajs',
    { results: false },
  ),
  prefix: text(
    'Beginning of the names of topics and consumer groups: keeps several runs apart on one cluster.',
    'rmmstream',
    {
      pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$',
      form: 'letters, digits, _ and -, at most 100 characters',
      results: false,
    },
  ),
  topics,
  tls,
  sasl,
  session_timeout_ms: integer(
    'A copy that brokers have not heard of for this long counts as dead and its partitions go to others.',
    8_000,
    { unit: 'ms', minimum: 500, maximum: 1_800_000, results: false },
  ),
  request_timeout_ms: integer('A request that is not answered for this long is tried again.', 30_000, {
    unit: 'ms',
    minimum: 1000,
    maximum: 600_000,
    results: false,
  }),
  transaction_timeout_ms: integer(
    'A transaction that a dead copy left open is aborted after this long; until then its consumers wait, unless another copy takes over, which aborts it at once.',
    60_000,
    { unit: 'ms', minimum: 1000, maximum: 900_000, results: false },
  ),
  fetch_bytes: integer(
    'Bytes asked for at a time from one partition; with them the memory of a service is bounded.',
    8_388_608,
    {
      unit: 'bytes',
      minimum: 65_536,
      maximum: 536_870_912,
      results: false,
    },
  ),
  transaction_messages: integer('Most messages that go through a stage in one transaction.', 8, {
    minimum: 1,
    maximum: 1000,
    results: false,
  }),
  retry_max_ms: integer(
    'Longest pause between two tries to reach a broker; the first ones are shorter.',
    10_000,
    {
      unit: 'ms',
      minimum: 100,
      maximum: 600_000,
      results: false,
    },
  ),
  sink_window_offsets: integer('Offsets of a partition that go into one file of scores.', 64, {
    minimum: 2,
    maximum: 16_384,
    results: false,
  }),
});
