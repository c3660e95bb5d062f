import type { ErrorCode } from '../../base/codes/index.js';
import { RmmError } from '../../base/error.js';
import { brokerFailure } from '../failures.js';
import type { RdkafkaError } from './binding.js';

/** Failures of librdkafka itself that this client tells apart. */
export const rdkafkaCode = {
  transport: -195,
  resolve: -193,
  messageTimedOut: -192,
  unknownPartition: -190,
  unknownTopic: -188,
  allBrokersDown: -187,
  timedOut: -185,
  ssl: -181,
  waitCoordinator: -180,
  authentication: -169,
  unsupportedFeature: -165,
  purgedFromQueue: -152,
  purgedOnTheWay: -151,
  fatal: -150,
  fenced: -144,
  offsetOutOfRange: -140,
} as const;

const codes: Readonly<Record<number, ErrorCode>> = {
  [rdkafkaCode.transport]: 'kafka_unreachable',
  [rdkafkaCode.resolve]: 'kafka_unreachable',
  [rdkafkaCode.messageTimedOut]: 'kafka_unreachable',
  [rdkafkaCode.allBrokersDown]: 'kafka_unreachable',
  [rdkafkaCode.timedOut]: 'kafka_unreachable',
  [rdkafkaCode.waitCoordinator]: 'kafka_unreachable',
  [rdkafkaCode.unknownPartition]: 'kafka_topic_missing',
  [rdkafkaCode.unknownTopic]: 'kafka_topic_missing',
  [rdkafkaCode.ssl]: 'kafka_refused',
  [rdkafkaCode.authentication]: 'kafka_refused',
  [rdkafkaCode.unsupportedFeature]: 'kafka_version_unsupported',
  [rdkafkaCode.fenced]: 'kafka_fenced',
};

function isRdkafka(error: unknown): error is RdkafkaError {
  return typeof (error as RdkafkaError | undefined)?.code === 'number';
}

/** Number of librdkafka's error; undefined where it is none. */
export function rdkafkaCodeOf(error: unknown): number | undefined {
  return isRdkafka(error) ? error.code : undefined;
}

/** Whether it only says that librdkafka gave the transaction up, for a reason that the next call to it tells. */
export function isAftermath(error: unknown): boolean {
  const code = rdkafkaCodeOf(error);
  const { purgedFromQueue, purgedOnTheWay, fatal } = rdkafkaCode;
  return code === purgedFromQueue || code === purgedOnTheWay || code === fatal;
}

/** Turns what librdkafka tells into ours. */
export function rdkafkaFailure(error: unknown, doing: string): RmmError {
  if (error instanceof RmmError) return error;
  const { message } = error as Error;
  if (!isRdkafka(error))
    return new RmmError('kafka_request_failed', `${doing}: ${message}`, { cause: error });
  // Its numbers above 0 are those of Kafka's protocol.
  if (error.code > 0) return brokerFailure(error.code, { doing, broker: 'that was asked' }, message);
  return new RmmError(
    codes[error.code] ?? 'kafka_request_failed',
    `${doing}: ${message} (librdkafka's error ${error.code})`,
    { context: { librdkafka_code: error.code }, cause: error },
  );
}
