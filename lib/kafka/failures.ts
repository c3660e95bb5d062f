import type { ErrorCode } from '../base/codes/index.js';
import { RmmError } from '../base/error.js';
import { brokerCode, brokerErrorName } from './broker-codes.js';

/** What was asked of whom, for messages: "fetching from topic events, partition 3". */
export interface Asking {
  readonly doing: string;
  readonly broker: string;
}

const refused = new Set([29, 30, 31, 33, 53, 54, 58]);
const settingsRefused = new Set([17, 24, 26, 37, 38, 39, 40, 44, 50]);
const tooLarge: ReadonlySet<number> = new Set([brokerCode.messageTooLarge, brokerCode.recordListTooLarge]);
const fenced: ReadonlySet<number> = new Set([brokerCode.invalidProducerEpoch, brokerCode.producerFenced]);

function errorCodeOf(code: number): ErrorCode {
  if (refused.has(code)) return 'kafka_refused';
  if (settingsRefused.has(code)) return 'kafka_settings_refused';
  if (tooLarge.has(code) || code === brokerCode.offsetMetadataTooLarge) return 'kafka_message_too_large';
  if (fenced.has(code)) return 'kafka_fenced';
  if (code === brokerCode.offsetOutOfRange) return 'kafka_data_lost';
  return 'kafka_request_failed';
}

const hints: Readonly<Record<number, string>> = {
  [brokerCode.messageTooLarge]: 'a message is larger than max.message.bytes of the topic',
  [brokerCode.recordListTooLarge]: 'messages are larger than a segment of the topic',
  [brokerCode.offsetMetadataTooLarge]:
    "the text beside a committed offset is longer than the brokers' offset.metadata.max.bytes (4096 by default)",
  26: "kafka.session_timeout_ms lies outside the brokers' group.min.session.timeout.ms to group.max.session.timeout.ms",
  50: "kafka.transaction_timeout_ms is larger than the brokers' transaction.max.timeout.ms",
  [brokerCode.invalidProducerEpoch]:
    'another producer has taken over, or the transaction lasted longer than kafka.transaction_timeout_ms',
  [brokerCode.producerFenced]:
    'another producer has taken over, or the transaction lasted longer than kafka.transaction_timeout_ms',
};

/** A broker's answer that says no; `brokerCodeOf` gives its number back. */
export function brokerFailure(code: number, asking: Asking, detail?: string | null): RmmError {
  const name = brokerErrorName(code);
  const why = [hints[code], detail].filter((text) => text !== undefined && text !== null && text !== '');
  return new RmmError(
    errorCodeOf(code),
    `${asking.doing}: broker ${asking.broker} answered ${name}${why.map((text) => `; ${text}`).join('')}`,
    { context: { broker: asking.broker, broker_error: name, broker_code: code } },
  );
}

/** Number of the broker's error behind one of ours; undefined where no broker answered. */
export function brokerCodeOf(error: unknown): number | undefined {
  const code = error instanceof RmmError ? error.context.broker_code : undefined;
  return typeof code === 'number' ? code : undefined;
}

/** What calls under way end with when their client is closed here. */
export function closedHere(doing: string): RmmError {
  return new RmmError('kafka_closed', `${doing}: the connection was closed from this side`);
}
