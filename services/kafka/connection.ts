import { readFileSync } from 'node:fs';
import { RmmError } from '../../lib/base/error.js';
import type { Config } from '../../lib/config/index.js';
import type { KafkaConnection } from '../../lib/kafka/client.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** How to reach the cluster of a configuration, with secrets and certificates read. @throws kafka_secret_missing */
export function connectionOf(
  { engine, kafka }: Config,
  environment: Environment,
  onNote: (text: string) => void,
): KafkaConnection {
  const { tls, sasl, topics } = kafka;
  return {
    client: kafka.client,
    brokers: engine.brokers,
    clientId: `rmmstream-${kafka.prefix}`,
    requestTimeoutMs: kafka.request_timeout_ms,
    sessionTimeoutMs: kafka.session_timeout_ms,
    transactionTimeoutMs: kafka.transaction_timeout_ms,
    maxMessageBytes: topics.max_message_bytes,
    compression: topics.compression,
    tls: tls.enabled ? { ca: pem(tls.ca_file), cert: pem(tls.cert_file), key: pem(tls.key_file) } : undefined,
    sasl:
      sasl.mechanism === 'none'
        ? undefined
        : {
            mechanism: sasl.mechanism,
            username: sasl.username ?? '',
            password: secret(sasl.password ?? '', environment),
          },
    onNote,
  };
}

function pem(path: string | undefined): string | undefined {
  return path === undefined ? undefined : readText(path);
}

function secret(reference: string, environment: Environment): string {
  const value = reference.startsWith('env:')
    ? environment[reference.slice(4)]
    : readText(reference.slice('file:'.length)).trimEnd();
  if (value !== undefined && value !== '') return value;
  throw new RmmError('kafka_secret_missing', `${reference} of kafka.sasl.password holds nothing`);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new RmmError('kafka_secret_missing', `${path} cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}
