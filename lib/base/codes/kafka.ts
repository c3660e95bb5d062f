import type { CodeSpec } from './code-spec.js';

/** Error codes of the connection to Kafka and of what travels over it. */
export const kafkaCodes = {
  kafka_unreachable: {
    domain: 'external',
    exit: 1,
    retry: true,
    summary: 'No broker of the cluster answers.',
    cure: 'See that the brokers in engine.brokers run and can be reached from this machine; services go on by themselves once they can.',
  },
  kafka_refused: {
    domain: 'user',
    exit: 2,
    summary: 'The brokers refuse this client: log-in, certificate or permission.',
    cure: 'Check kafka.sasl and kafka.tls, and that the user may read and write the topics and groups that begin with kafka.prefix.',
  },
  kafka_settings_refused: {
    domain: 'user',
    exit: 2,
    summary: 'The brokers do not take a setting: of a topic, of a group or of a transaction.',
    cure: 'Change the key that the message names, or the setting of the brokers; a replication of 3 needs three brokers that run.',
  },
  kafka_version_unsupported: {
    domain: 'user',
    exit: 2,
    summary: 'The brokers and this client have no version of a request in common.',
    cure: 'Use Apache Kafka 2.4 or newer, or a newer rmmstream where the brokers are much newer than it.',
  },
  kafka_secret_missing: {
    domain: 'user',
    exit: 2,
    summary: 'The environment variable or file that holds a secret is missing or empty.',
    cure: 'Set the variable or write the file that the key in kafka.sasl or kafka.tls names.',
  },
  kafka_client_missing: {
    domain: 'user',
    exit: 2,
    summary: 'The Kafka client that kafka.client names is not installed or does not load.',
    cure: 'Install it as docs/kafka-clients.md says, or leave kafka.client at kafkajs.',
  },
  kafka_topic_missing: {
    domain: 'user',
    exit: 2,
    summary: 'A topic of the run does not exist.',
    cure: 'Make the topics with `rmmstream topics create CONFIG`.',
  },
  kafka_topic_differs: {
    domain: 'user',
    exit: 2,
    summary: 'A topic exists with other settings than the configuration asks for.',
    cure: 'Choose another kafka.prefix, or delete the topics with `rmmstream topics delete CONFIG` and make them again.',
  },
  kafka_group_busy: {
    domain: 'user',
    exit: 1,
    summary: 'A consumer group that shall be forgotten still has members.',
    cure: 'Stop the services of the run first; a copy that was killed counts for kafka.session_timeout_ms longer.',
  },
  kafka_message_too_large: {
    domain: 'user',
    exit: 1,
    summary: 'A message is larger than its topic takes.',
    cure: 'Raise kafka.topics.max_message_bytes and make the topics again, or raise max.message.bytes of the topic.',
  },
  kafka_fenced: {
    domain: 'external',
    exit: 1,
    retry: true,
    summary: 'Another copy of the service has taken over a partition.',
    cure: 'Nothing: the other copy goes on. If no other copy runs, look for a second run with the same kafka.prefix.',
  },
  kafka_data_lost: {
    domain: 'external',
    exit: 1,
    summary: 'Messages that a service still needs are no longer in their topic.',
    cure: 'Start over with a new kafka.prefix and a longer kafka.topics.retention_hours (0 keeps everything).',
  },
  kafka_closed: {
    domain: 'internal',
    exit: 1,
    retry: true,
    summary: 'A call to Kafka was under way when its connection was closed on purpose.',
    cure: 'Nothing, where a service ends or gives up a partition; else please report it.',
  },
  kafka_request_failed: {
    domain: 'external',
    exit: 1,
    retry: true,
    summary: 'A broker answered a request with an error.',
    cure: 'Look at the error in the message and at the log of the broker; services try again by themselves.',
  },
} as const satisfies Record<string, CodeSpec>;
