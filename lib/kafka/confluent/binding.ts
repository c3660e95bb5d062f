/**
 * The parts of @confluentinc/kafka-javascript that are used, with types of our own: the package is optional, so
 * nothing of it may be needed to compile. Of its two interfaces this is the older one, which it keeps from
 * node-rdkafka; the other repeats kafkajs, and hides which offset was out of range and what a commit carried.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { RmmError } from '../../base/error.js';

export const packageName = '@confluentinc/kafka-javascript';

/** A folder like node_modules that has the package, where it is not installed beside rmmstream. */
export const folderVariable = 'RMMSTREAM_CONFLUENT';

/** Settings by librdkafka's names (its CONFIGURATION.md). */
export type RdkafkaSettings = Readonly<Record<string, string | number | boolean | (() => void)>>;

export interface RdkafkaError {
  readonly message: string;
  /** Below 0 where librdkafka itself failed; else the broker's error number. */
  readonly code: number;
  readonly isFatal?: boolean;
  readonly isRetriable?: boolean;
  readonly isTxnRequiresAbort?: boolean;
}

type Callback<Result = unknown> = (error: RdkafkaError | null | undefined, result: Result) => void;

export interface RdkafkaOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

export interface RdkafkaMessage extends RdkafkaOffset {
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** One object with one property for each header. */
  readonly headers?: readonly Readonly<Record<string, Buffer | string>>[];
}

interface RdkafkaClient<Native> {
  connect(options: { readonly timeout: number; readonly allTopics: false }, done: Callback): unknown;
  getClient(): Native;
  on(event: 'event.error', listener: (error: RdkafkaError) => void): unknown;
}

/** What stands behind a consumer; used directly since the layer above drops where an end was reached. */
interface NativeConsumer {
  consume(
    timeoutMs: number,
    count: number,
    isTimeoutForFirstOnly: boolean,
    done: (
      error: RdkafkaError | null | undefined,
      messages: readonly RdkafkaMessage[],
      ends: readonly RdkafkaOffset[],
    ) => void,
  ): void;
}

export interface RdkafkaConsumer extends RdkafkaClient<NativeConsumer> {
  assign(partitions: readonly RdkafkaOffset[]): unknown;
  disconnect(done: Callback): unknown;
}

export interface RdkafkaProducer extends RdkafkaClient<unknown> {
  /** @throws RdkafkaError */
  produce(
    topic: string,
    partition: number,
    value: Buffer | null,
    key: string | null,
    timestampMs: null,
    opaque: undefined,
    headers: readonly Readonly<Record<string, string>>[],
  ): unknown;
  setPollInBackground(isOn: boolean): unknown;
  on(event: 'event.error', listener: (error: RdkafkaError) => void): unknown;
  on(
    event: 'delivery-report',
    listener: (error: RdkafkaError | null | undefined, report: RdkafkaOffset) => void,
  ): unknown;
  initTransactions(timeoutMs: number, done: Callback): unknown;
  beginTransaction(done: Callback): unknown;
  commitTransaction(timeoutMs: number, done: Callback): unknown;
  abortTransaction(timeoutMs: number, done: Callback): unknown;
  sendOffsetsToTransaction(
    offsets: readonly (RdkafkaOffset & { readonly metadata: string })[],
    group: RdkafkaConsumer,
    timeoutMs: number,
    done: Callback,
  ): unknown;
  disconnect(flushMs: number, done: Callback): unknown;
}

export interface Rdkafka {
  readonly librdkafkaVersion: string;
  readonly features: readonly string[];
  readonly Producer: new (settings: RdkafkaSettings, topicSettings: RdkafkaSettings) => RdkafkaProducer;
  readonly KafkaConsumer: new (settings: RdkafkaSettings, topicSettings: RdkafkaSettings) => RdkafkaConsumer;
}

/** The folder of the package; undefined where it is not installed. */
export function findConfluent(environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const chosen = environment[folderVariable];
  const folders =
    chosen !== undefined && chosen !== ''
      ? [resolve(chosen)]
      : (createRequire(import.meta.url).resolve.paths(packageName) ?? []);
  return folders
    .map((folder) => join(folder, packageName))
    .find((path) => existsSync(join(path, 'package.json')));
}

const cure = 'docs/kafka-clients.md says how to install it';

/** @throws Error that says in a few words why the package cannot be used */
function load(environment: NodeJS.ProcessEnv): { readonly folder: string; readonly rdkafka: Rdkafka } {
  const folder = findConfluent(environment);
  if (folder === undefined) throw new Error(`not installed; ${cure}`);
  try {
    return { folder, rdkafka: createRequire(import.meta.url)(folder) as Rdkafka };
  } catch (error) {
    // Its binding is compiled when it is installed, unless install scripts are off.
    const [reason] = (error as Error).message.split('\n');
    throw new Error(`it does not load from ${folder}: ${reason}; ${cure}`, { cause: error });
  }
}

/**
 * Loads the package.
 * @throws kafka_client_missing
 */
export function loadConfluent(environment: NodeJS.ProcessEnv = process.env): Rdkafka {
  try {
    return load(environment).rdkafka;
  } catch (error) {
    throw new RmmError(
      'kafka_client_missing',
      `kafka.client: confluent needs the package ${packageName}: ${(error as Error).message}, or leave kafka.client at kafkajs`,
      { cause: error },
    );
  }
}

/** Versions of the package and of the librdkafka in it. @throws as `load` */
export function confluentVersion(environment: NodeJS.ProcessEnv = process.env): string {
  const { folder, rdkafka } = load(environment);
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string };
  return `${version} (librdkafka ${rdkafka.librdkafkaVersion})`;
}
