import { RmmError } from '../../lib/base/error.js';
import type { Config } from '../../lib/config/index.js';
import type { KafkaConnection } from '../../lib/kafka/client.js';
import { readNamedFile, readSecret, type SecretSources } from './secret.js';

export interface ConnectionOptions extends SecretSources {
  /** Names this process in the brokers' logs. */
  readonly clientId: string;
  readonly onNote: (text: string) => void;
}

/**
 * How to reach the cluster of a configuration, with its secrets read.
 * @throws kafka_secret_missing, config_invalid where a log-in lacks its name or password
 */
export function connectionOf(config: Config, options: ConnectionOptions): KafkaConnection {
  const { kafka, engine } = config;
  return {
    client: kafka.client,
    brokers: engine.brokers,
    clientId: options.clientId,
    requestTimeoutMs: kafka.request_timeout_ms,
    sessionTimeoutMs: kafka.session_timeout_ms,
    transactionTimeoutMs: kafka.transaction_timeout_ms,
    retryMaxMs: kafka.retry_max_ms,
    maxMessageBytes: kafka.topics.max_message_bytes,
    compression: kafka.topics.compression,
    tls: tlsOf(config, options),
    sasl: saslOf(config, options),
    onNote: options.onNote,
  };
}

function tlsOf({ kafka }: Config, { folder }: SecretSources): KafkaConnection['tls'] {
  if (!kafka.tls.enabled) return undefined;
  const { ca_file, cert_file, key_file } = kafka.tls;
  const read = (path: string | undefined, key: string) =>
    path === undefined ? undefined : readNamedFile(path, `kafka.tls.${key}`, folder);
  return {
    ca: read(ca_file, 'ca_file'),
    cert: read(cert_file, 'cert_file'),
    key: read(key_file, 'key_file'),
  };
}

function saslOf({ kafka }: Config, sources: SecretSources): KafkaConnection['sasl'] {
  const { mechanism, username, password } = kafka.sasl;
  if (mechanism === 'none') return undefined;
  if (username === undefined || password === undefined)
    throw new RmmError(
      'config_invalid',
      `kafka.sasl.${username === undefined ? 'username' : 'password'} is missing beside kafka.sasl.mechanism: ${mechanism}`,
    );
  return { mechanism, username, password: readSecret(password, 'kafka.sasl.password', sources) };
}
