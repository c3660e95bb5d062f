/**
 * The parts of kafkajs that are used, with types: its connections (TLS, SASL, time-outs), its encoding of
 * requests and decoding of answers. They are not public, but the version is pinned and no longer changes.
 *
 * Its producer, consumer and admin are not used, because what they do on failure is not what exactly-once
 * services need: the consumer silently jumps where an offset is out of range, waits for all partitions in turn,
 * loses its membership with the leader of a partition and does not come back from every crash; the filter of
 * aborted transactions lets messages through where several begin before the asked offset; an empty batch in a
 * compacted topic holds it up for ever; the producer pauses for 300 ms where the last commit is still being
 * written; one partition without a leader fails the metadata of all; new error codes (PRODUCER_FENCED) are
 * "unknown".
 */
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';
import { cureKafkajs } from './cures.js';

const require = createRequire(import.meta.url);
cureKafkajs(require);

export interface WireEncoder {
  readonly buffer: Buffer;
  writeInt16(value: number): WireEncoder;
  writeInt32(value: number): WireEncoder;
  writeString(value: string): WireEncoder;
  writeBytes(value: Buffer | null): WireEncoder;
  writeBuffer(value: Buffer): WireEncoder;
  writeArray(values: readonly (number | string | WireEncoder)[]): WireEncoder;
}

export interface WireRequest {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly apiName: string;
  encode(): Promise<WireEncoder>;
}

export interface WireResponse<Answer> {
  decode(payload: Buffer): Promise<Answer>;
  parse(answer: Answer): Promise<Answer>;
}

interface WireCall<Answer> {
  readonly request: WireRequest;
  readonly response: WireResponse<Answer>;
  readonly requestTimeout?: number;
  readonly logResponseError?: boolean;
}

/** minVersion and maxVersion by API key. */
export type ApiRanges = Readonly<
  Record<number, { readonly minVersion: number; readonly maxVersion: number }>
>;

export interface WireConnection {
  readonly socket?: Socket;
  connect(): Promise<unknown>;
  disconnect(): Promise<unknown>;
  authenticate(): Promise<void>;
  isConnected(): boolean;
  setVersions(ranges: ApiRanges): void;
  setSupportAuthenticationProtocol(isSupported: boolean): void;
  rejectRequests(error: Error): void;
  send<Answer>(call: WireCall<Answer>): Promise<Answer>;
}

export interface ConnectionSettings {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  readonly logger: unknown;
  readonly socketFactory: (target: {
    readonly host: string;
    readonly port: number;
    readonly ssl: ConnectionOptions | undefined;
    readonly onConnect: () => void;
  }) => Socket;
  readonly requestTimeout: number;
  readonly enforceRequestTimeout: boolean;
  readonly connectionTimeout: number;
  readonly ssl: ConnectionOptions | undefined;
  /** kafkajs keeps its state of the log-in in this object. */
  readonly sasl: SaslSettings | undefined;
}

interface SaslUser {
  readonly mechanism: string;
  readonly username: string;
  readonly password: string;
}

export interface SaslSettings extends SaslUser {
  readonly authenticationProvider: (tools: SaslTools) => SaslAuthenticator;
}

/** What a log-in works with: `saslAuthenticate` sends a step of it and gives the broker's answer. */
export interface SaslTools {
  readonly saslAuthenticate: (step: unknown) => Promise<unknown>;
}

export interface SaslAuthenticator {
  authenticate(): Promise<void>;
}

type SaslProvider = (user: SaslUser) => SaslSettings['authenticationProvider'];

export const WireConnection = require('kafkajs/src/network/connection') as new (
  settings: ConnectionSettings,
) => WireConnection;

export const socketFactory = (
  require('kafkajs/src/network/socketFactory') as () => ConnectionSettings['socketFactory']
)();

export const WireEncoder = require('kafkajs/src/protocol/encoder') as new () => WireEncoder;

/** The steps of a log-in by the mechanism. */
export const saslProviders = {
  plain: require('kafkajs/src/broker/saslAuthenticator/plain') as SaslProvider,
  'scram-sha-256': require('kafkajs/src/broker/saslAuthenticator/scram256') as SaslProvider,
  'scram-sha-512': require('kafkajs/src/broker/saslAuthenticator/scram512') as SaslProvider,
} as const;

interface ApiDefinition {
  readonly versions: readonly string[];
  protocol(choice: { readonly version: number }): (args?: unknown) => WireCall<unknown>;
}

const { requests } = require('kafkajs/src/protocol/requests') as {
  readonly requests: Readonly<Record<string, ApiDefinition>>;
};

/** One kind of request at the newest version that kafkajs writes. */
export interface Api {
  readonly version: number;
  call(args: unknown): WireCall<unknown>;
}

export function apiOf(name: string): Api {
  const definition = requests[name]!;
  const version = Math.max(...definition.versions.map(Number));
  return { version, call: definition.protocol({ version }) };
}

/** Compression of record batches, by the number that stands in their attributes. */
export const wireCodecs = (
  require('kafkajs/src/protocol/message/compression') as {
    readonly Codecs: Record<
      number,
      () => {
        compress(encoder: WireEncoder): Promise<Buffer>;
        decompress(bytes: Buffer): Promise<Buffer>;
      }
    >;
  }
).Codecs;

export const createLogger = (
  require('kafkajs/src/loggers') as {
    createLogger(options: {
      readonly level: number;
      readonly logCreator: () => (entry: WireLogEntry) => void;
    }): unknown;
  }
).createLogger;

export interface WireLogEntry {
  readonly namespace: string | undefined;
  readonly label: string;
  readonly log: { readonly message: string; readonly broker?: string };
}
