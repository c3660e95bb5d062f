import type { FetchOptions, KafkaConnection } from '../client.js';
import type { RdkafkaSettings } from './binding.js';

const mechanisms = {
  plain: 'PLAIN',
  'scram-sha-256': 'SCRAM-SHA-256',
  'scram-sha-512': 'SCRAM-SHA-512',
} as const;

/** librdkafka's largest; what a message may have is checked before it is handed over. */
const largestMessageBytes = 1_000_000_000;

/** What readers and producers have in common. */
function common(connection: KafkaConnection): RdkafkaSettings {
  const { tls, sasl, requestTimeoutMs } = connection;
  const [clear, encrypted] = sasl === undefined ? ['plaintext', 'ssl'] : ['sasl_plaintext', 'sasl_ssl'];
  return {
    'metadata.broker.list': connection.brokers.join(','),
    'client.id': connection.clientId,
    'security.protocol': tls === undefined ? clear! : encrypted!,
    ...(tls?.ca !== undefined && { 'ssl.ca.pem': tls.ca }),
    ...(tls?.cert !== undefined && { 'ssl.certificate.pem': tls.cert }),
    ...(tls?.key !== undefined && { 'ssl.key.pem': tls.key }),
    ...(sasl !== undefined && {
      'sasl.mechanisms': mechanisms[sasl.mechanism],
      'sasl.username': sasl.username,
      'sasl.password': sasl.password,
    }),
    'socket.timeout.ms': requestTimeoutMs,
    'socket.nagle.disable': true,
    'reconnect.backoff.ms': 50,
    'reconnect.backoff.max.ms': connection.retryMaxMs,
    'allow.auto.create.topics': false,
    // Brokers may ask clients for their metrics; they are nobody's business here.
    'enable.metrics.push': false,
    // Goes to standard error past our own log; lost connections are told as events.
    log_level: 0,
  };
}

/** A producer for transactions. */
export function producerSettings(connection: KafkaConnection, transactionalId: string): RdkafkaSettings {
  const { requestTimeoutMs, transactionTimeoutMs, compression } = connection;
  // librdkafka wants both within the time-out of a transaction.
  const timeoutMs = Math.min(requestTimeoutMs, transactionTimeoutMs);
  return {
    ...common(connection),
    'transactional.id': transactionalId,
    'transaction.timeout.ms': transactionTimeoutMs,
    'socket.timeout.ms': timeoutMs,
    'message.timeout.ms': timeoutMs,
    'request.timeout.ms': timeoutMs,
    'compression.type': compression,
    'message.max.bytes': largestMessageBytes,
    // Whoever sends waits for the answer, so waiting for more messages would only be lost time.
    'linger.ms': 0,
    // Where librdkafka waits for a coordinator it looks again when a connection comes or goes (its issue 5456).
    'connections.max.idle.ms': 10_000,
    'retry.backoff.ms': 20,
    'retry.backoff.max.ms': 500,
    // What is sent is in the caller's memory anyway, and bounded there.
    'queue.buffering.max.messages': 0,
    'queue.buffering.max.kbytes': 2_147_483_647,
    dr_cb: true,
  };
}

/** Stands for a group where a producer commits a position; it never joins, so it fences nobody and is not fenced. */
export function groupSettings(connection: KafkaConnection, group: string): RdkafkaSettings {
  return { ...common(connection), 'group.id': group, 'enable.auto.commit': false };
}

/** How long librdkafka may need to see that nothing follows the last message. */
const longestWaitMs = 100;

/**
 * A reader of one partition from given offsets.
 * @param first what is asked for first: how much is read ahead follows from it
 */
export function readerSettings(
  connection: KafkaConnection,
  topic: string,
  first: FetchOptions,
  onMessages: () => void,
): RdkafkaSettings {
  // librdkafka reads ahead: half of what is asked for waits in its queue, and one answer may come on top.
  const queueKilobytes = Math.max(1024, Math.ceil(first.maxBytes / 2048));
  const answerBytes = Math.max(1_048_576, Math.ceil(first.maxBytes / 4));
  return {
    ...common(connection),
    // Needed though nothing is committed and no group is joined. librdkafka asks for its coordinator all the same,
    // and fails where it may not: named like the topic it is among the names that the user has to be allowed.
    'group.id': `${topic}.reads`,
    'enable.auto.commit': false,
    'enable.auto.offset.store': false,
    'enable.partition.eof': true,
    'isolation.level': 'read_committed',
    'check.crcs': true,
    'fetch.wait.max.ms': longestWaitMs,
    'fetch.error.backoff.ms': 100,
    'fetch.queue.backoff.ms': 5,
    'fetch.message.max.bytes': answerBytes,
    'queued.max.messages.kbytes': queueKilobytes,
    'receive.message.max.bytes': Math.max(100_000_000, 2 * connection.maxMessageBytes),
    queue_non_empty_cb: onMessages,
  };
}

/** Never an offset that nobody asked for. */
export const readerTopicSettings: RdkafkaSettings = { 'auto.offset.reset': 'error' };
