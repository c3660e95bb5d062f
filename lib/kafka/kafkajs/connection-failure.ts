import { RmmError } from '../../base/error.js';
import type { Asking } from '../failures.js';

interface KafkajsError {
  readonly name?: string;
  readonly type?: string;
  readonly code?: string | number;
  readonly message?: string;
}

/** Handshake errors of OpenSSL and of Node's certificate checks. */
const tlsError = /^ERR_(SSL|TLS|OSSL)|CERT|SELF_SIGNED|UNABLE_TO_|^EPROTO$|HOSTNAME_MISMATCH/;

function isTls({ code, message }: KafkajsError): boolean {
  return tlsError.test(String(code ?? '')) || /SSL routines|wrong version number/.test(message ?? '');
}

/**
 * Turns what kafkajs throws while it connects or waits for an answer into ours.
 * @param isNew whether nothing was answered over this connection yet
 */
export function connectionFailure(error: unknown, asking: Asking, isNew = false): RmmError {
  if (error instanceof RmmError) return error;
  const kafkajs = error as KafkajsError;
  const reason = kafkajs.message ?? String(error);
  const options = { context: { broker: asking.broker }, cause: error };
  const where = `${asking.doing}: broker ${asking.broker}`;
  if (kafkajs.name === 'KafkaJSSASLAuthenticationError' || /_SASL_/.test(kafkajs.type ?? ''))
    return new RmmError('kafka_refused', `${where} refused the log-in of kafka.sasl (${reason})`, options);
  if (isTls(kafkajs))
    return new RmmError(
      'kafka_refused',
      `${where}: no encrypted connection with kafka.tls (${reason})`,
      options,
    );
  if (kafkajs.name === 'KafkaJSRequestTimeoutError')
    return new RmmError('kafka_unreachable', `${where} did not answer in time`, options);
  if (kafkajs.name === 'KafkaJSConnectionClosedError' || reason.includes('before secure TLS connection')) {
    // A broker that expects something else of a connection says no more than this.
    const hint = isNew ? ' before it answered; does it expect or not expect kafka.tls or kafka.sasl?' : '';
    return new RmmError('kafka_unreachable', `${where} closed the connection${hint}`, options);
  }
  if (kafkajs.name?.startsWith('KafkaJSConnection') === true || kafkajs.name === 'KafkaJSLockTimeout')
    return new RmmError('kafka_unreachable', `${where} cannot be reached (${reason})`, options);
  return new RmmError('kafka_request_failed', `${where}: ${reason}`, options);
}
