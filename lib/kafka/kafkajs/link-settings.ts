import type { ConnectionOptions } from 'node:tls';
import type { KafkaConnection } from '../client.js';
import type { Notes } from '../notes.js';
import { hostAndPort } from './address.js';
import { type ConnectionSettings, createLogger, socketFactory, type WireLogEntry } from './internals.js';
import { logIn } from './log-in.js';

/** Longest wait for a connection with its log-in; the next broker of the list is tried after it. */
export function openTimeoutMs({ requestTimeoutMs }: KafkaConnection): number {
  return Math.min(10_000, Math.max(1000, requestTimeoutMs / 3));
}

function tlsOptions({ tls }: KafkaConnection): ConnectionOptions | undefined {
  if (tls === undefined) return undefined;
  return {
    ...(tls.ca !== undefined && { ca: tls.ca }),
    ...(tls.cert !== undefined && { cert: tls.cert }),
    ...(tls.key !== undefined && { key: tls.key }),
  };
}

/** Messages of kafkajs at levels WARN and ERROR; what it throws is told elsewhere. */
function logger(notes: Notes): unknown {
  const warnings = 2;
  return createLogger({
    level: warnings,
    logCreator:
      () =>
      ({ label, log }: WireLogEntry) => {
        if (label === 'WARN') notes.say(`kafkajs: ${log.message}${log.broker ? ` (${log.broker})` : ''}`);
      },
  });
}

/** How kafkajs makes a connection to one broker. */
export function linkSettings(connection: KafkaConnection, notes: Notes, address: string): ConnectionSettings {
  return {
    ...hostAndPort(address),
    clientId: connection.clientId,
    logger: logger(notes),
    socketFactory,
    requestTimeout: connection.requestTimeoutMs,
    enforceRequestTimeout: false,
    connectionTimeout: openTimeoutMs(connection),
    ssl: tlsOptions(connection),
    sasl: connection.sasl === undefined ? undefined : logIn(connection.sasl),
  };
}
