import { afterEach } from 'node:test';
import type { Clock } from '../../lib/base/clock.js';
import { systemClock } from '../../lib/base/clock.js';
import type { ErrorCode } from '../../lib/base/codes/index.js';
import { type LoadedConfig, loadConfig } from '../../lib/config/index.js';
import type { Tenure } from '../../lib/flow/partitions/partition-runner.js';
import type { OutgoingMessage } from '../../lib/kafka/client.js';
import { createHealth, type Health } from '../../lib/telemetry/health.js';
import { createLog } from '../../lib/telemetry/log.js';
import { createMetrics } from '../../lib/telemetry/prometheus-metrics.js';
import { stageMetrics } from '../../lib/telemetry/stage-metrics.js';
import { tellError } from '../../lib/telemetry/tell-error.js';
import type { Pause, ServiceContext } from '../../services/kafka/context.js';
import { type ProgressRecord, progressMessage } from '../../services/kafka/progress-records.js';
import { ProgressView } from '../../services/kafka/progress-view.js';
import type { ServiceName } from '../../services/kafka/stages.js';
import { RunNames, topicSpecs } from '../../services/kafka/topics.js';
import { seededRandom, soon } from '../sim/support/chance.js';
import type { FakeClient } from '../sim/support/fake-client.js';
import { FakeKafka } from '../sim/support/fake-kafka.js';

type Given = Readonly<Record<string, unknown>>;

/** A configuration for parts of the Kafka engine: `given` is what its file would say. */
export function kafkaConfig(given: Given = {}, folder = '/nowhere'): LoadedConfig {
  const overrides = flat({ engine: { type: 'kafka', brokers: ['fake:1'] }, ...given }).map(
    ([path, value]) => ({
      path,
      value: JSON.stringify(value),
      flag: 'test',
    }),
  );
  return {
    ...loadConfig({
      environment: {},
      currentDirectory: folder,
      needs: 'none',
      resolveFiles: false,
      overrides,
    }),
    folder,
  };
}

function flat(given: Given, at = ''): [string, unknown][] {
  return Object.entries(given).flatMap(([key, value]): [string, unknown][] =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? flat(value as Given, `${at}${key}.`)
      : [[`${at}${key}`, value]],
  );
}

/** A cluster in memory with the topics of a run. */
export function clusterOf(loaded: LoadedConfig, cluster = new FakeKafka()): FakeKafka {
  const { kafka } = loaded.config;
  for (const { name, partitions } of topicSpecs(new RunNames(kafka.prefix), kafka.topics))
    cluster.createTopic(name, partitions);
  return cluster;
}

/** A copy that writes to a topic and dies before it ends its transaction. */
export async function leaveOpen(cluster: FakeKafka, topic: string, transactionalId: string): Promise<void> {
  const client = cluster.client('dead');
  const producer = await client.producer(transactionalId);
  await new Promise<void>((written) => {
    void producer.transaction(async (transaction) => {
      await transaction.send(topic, 0, [{ key: null, value: null, headers: {} }]);
      client.kill();
      written();
      await new Promise<never>(() => {});
    });
  });
}

export interface OpenedContext extends ServiceContext {
  readonly client: FakeClient;
  readonly health: Health;
  /** What was logged, as objects. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  metrics(): Promise<string>;
  /** Ends the following of `progress`. */
  close(): Promise<void>;
}

let number = 0;

/** What a service works with, on a cluster in memory; follows `progress` until it is closed. */
export function openContext(
  cluster: FakeKafka,
  loaded: LoadedConfig,
  options: {
    readonly name?: string;
    readonly pause?: Pause;
    readonly clock?: Clock;
    readonly service?: ServiceName;
  } = {},
): OpenedContext {
  const { clock = systemClock, name = `client-${number++}`, service = 'scorer' } = options;
  const pause: Pause = options.pause ?? (() => soon());
  const client = cluster.client(name);
  const names = new RunNames(loaded.config.kafka.prefix);
  const view = new ProgressView({ client, topic: names.topic('progress'), pause, clock });
  const closing = new AbortController();
  const following = view.follow(closing.signal);
  following.catch(() => {});
  const lines: Record<string, unknown>[] = [];
  const log = createLog({
    service: 'test',
    style: 'json',
    write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>),
    clock,
    repeatIntervalMs: 0,
  });
  const health = createHealth({ clock });
  health.phase('running');
  const metrics = createMetrics(clock);
  const stage = stageMetrics(metrics, service, clock);
  const error = (code: ErrorCode) => tellError(stage, service, code);
  const tools = { log, health, metrics, stage, error, clock };
  const context: OpenedContext = {
    loaded,
    names,
    client,
    view,
    tools,
    pause,
    health,
    lines,
    metrics: () => metrics.text(),
    close: async () => {
      closing.abort();
      log.close();
      // The read that is under way comes back at once.
      cluster.wake();
      // A dead client never answers.
      if (client.isAlive) await following.catch(() => {});
    },
  };
  openNow.add(context);
  return context;
}

const openNow = new Set<OpenedContext>();
// Of a test that fails nothing goes on.
afterEach(async () => {
  for (const context of openNow) await context.close();
  openNow.clear();
});

let taken = 0;

/** A partition, or a role, in the hands of a test. */
export async function tenureOf(
  context: OpenedContext,
  options: { readonly id?: string; readonly partition?: number; readonly signal?: AbortSignal } = {},
): Promise<Tenure> {
  return {
    partition: options.partition ?? 0,
    producer: await context.client.producer(options.id ?? `test-${taken++}`),
    committed: undefined,
    signal: options.signal ?? new AbortController().signal,
    progressed: () => {},
  };
}

/** Writes messages to a topic as one transaction of somebody else; the offset of the first. */
export async function put(
  cluster: FakeKafka,
  topic: string,
  partition: number,
  messages: readonly OutgoingMessage[],
): Promise<number> {
  const producer = await cluster.client('test').producer(`put-${taken++}`);
  const end = await producer.transaction((transaction) => transaction.send(topic, partition, messages));
  return end - messages.length;
}

/** Puts records on `progress`. */
export async function putRecords(
  cluster: FakeKafka,
  { names }: Pick<ServiceContext, 'names'>,
  records: readonly ProgressRecord[],
): Promise<void> {
  await put(cluster, names.topic('progress'), 0, records.map(progressMessage));
}

/** The first record of a run. */
export function runRecord(loaded: LoadedConfig): Extract<ProgressRecord, { type: 'run' }> {
  return {
    type: 'run',
    topics: '0123abcd',
    program: '0',
    mode: loaded.config.input.mode,
    partitions: loaded.config.kafka.topics.partitions,
    window_offsets: loaded.config.kafka.sink_window_offsets,
    configuration_hash: 'a'.repeat(64),
    configuration: {},
    inputs: [],
  };
}

/** A file of `entries` entries; its fingerprint tells files apart. */
export function fileRecord(
  index: number,
  entries: number,
  more: Partial<Extract<ProgressRecord, { type: 'file' }>> = {},
): Extract<ProgressRecord, { type: 'file' }> {
  return {
    type: 'file',
    index,
    sample: 'zee',
    kind: 'background',
    name: `mc/file-${index}.root`,
    fingerprint: index.toString(16).padStart(64, '0'),
    bytes: 1000 + index,
    entries,
    data: false,
    median_weight: 1,
    sums: [],
    ...more,
  };
}

/** Lets promises settle until `isDone`; fails where that never comes. */
export async function settled(isDone: () => boolean, turns = 20_000): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    if (isDone()) return;
    await soon();
  }
  throw new Error('it never came to that');
}

/** Lets promises settle while reads that wait for something new wait in vain, as they do after a while. */
export async function waitInVain(cluster: FakeKafka, turns = 200): Promise<void> {
  for (let turn = 0; turn < turns; turn += 1) {
    cluster.wake();
    await soon();
  }
}

export { seededRandom, soon };
