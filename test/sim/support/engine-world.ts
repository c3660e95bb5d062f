import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../../lib/base/clock.js';
import { type LoadedConfig, loadConfig } from '../../../lib/config/index.js';
import { createLog } from '../../../lib/telemetry/log.js';
import { createProgress } from '../../../lib/telemetry/progress.js';
import { definitionOf } from '../../../services/kafka/definitions.js';
import { runService } from '../../../services/kafka/run-service.js';
import { type ServiceName, serviceNames } from '../../../services/kafka/stages.js';
import { run } from '../../../services/pipeline/run.js';
import { copyRootFile } from '../../support/root-copy.js';
import { clusterOf } from '../../support/service-context.js';
import { sampleFile, writeConfig } from '../../support/small-run.js';
import { soon } from './chance.js';
import { type FakeClient, FakeKafka, type Trouble } from './fake-kafka.js';

/** The machine's clock with its waits made short: what pauses for seconds does so for hundredths. */
const fastClock: Clock = {
  wallMs: () => Date.now(),
  steadyMs: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms / 50);
    return () => clearTimeout(timer);
  },
};

/** A tiny network, so that a run takes a second. */
export const tiny = {
  features: { min_filled: 20 },
  network: { type: 'stacked', layers: [{ units: 4 }] },
  training: { epochs: 2, megasets: 2, batch_events: 512 },
  learning: { threads: 1, score_batch_events: 512 },
  engine: { workers: 1, range_events: 8192 },
} as const;

/** Input files of several blocks and of one, background, signal and data, some events of which cannot be used. */
export async function makeInputs(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const made = (
    name: string,
    from: string,
    entries: number,
    times: number,
    identity: number,
    spoil = false,
  ) =>
    copyRootFile({
      from: sampleFile(from),
      to: join(folder, name),
      entries,
      times,
      identity,
      change: (branch, { values }) => {
        if (spoil && branch === 'mcWeight') (values as Float32Array)[7] = Number.NaN;
      },
    });
  await made('zee-0.root', 'mc/zee', 2800, 4, 1, true);
  await made('zee-1.root', 'mc/zee', 700, 1, 2);
  await made('ttbar-0.root', 'mc/ttbar', 4500, 4, 3);
  await made('ttbar-1.root', 'mc/ttbar', 400, 1, 4, true);
  await made('zprime.root', 'mc/zprime2000_mumu', 800, 1, 5);
  await made('data.root', 'data/periodA', 900, 10, 6);
  const samples = [
    { name: 'zee', kind: 'background', files: ['zee-0.root', 'zee-1.root'] },
    { name: 'ttbar', kind: 'background', files: ['ttbar-*.root'] },
    { name: 'zprime', kind: 'signal', files: ['zprime.root'] },
    { name: 'data', kind: 'data', files: ['data.root'], luminosity_fb: 0.001 },
  ] as const;
  return writeConfig(folder, samples, tiny);
}

/** The configuration of a run on the cluster in memory; `given` stands over the file. */
export function loadOnKafka(
  file: string,
  directory: string,
  given: Readonly<Record<string, unknown>>,
): LoadedConfig {
  return loadConfig({
    file,
    environment: {},
    currentDirectory: directory,
    needs: 'background',
    overrides: Object.entries({
      'engine.type': 'kafka',
      'engine.brokers': ['fake:1'],
      'output.directory': directory,
      'kafka.retry_max_ms': 500,
      'kafka.transaction_messages': 2,
      'kafka.sink_window_offsets': 4,
      'kafka.topics.partitions': 3,
      'service.drain_timeout_ms': 100_000,
      ...given,
    }).map(([path, value]) => ({ path, value: JSON.stringify(value), flag: 'test' })),
  });
}

/** The same run in one process. */
export async function runEmbedded(file: string, directory: string): Promise<void> {
  const loaded = loadConfig({
    file,
    environment: {},
    currentDirectory: directory,
    needs: 'background',
    overrides: [{ path: 'output.directory', value: directory, flag: 'test', literal: true }],
  });
  await run({
    loaded,
    fresh: false,
    extend: false,
    until: 'scores',
    progress: createProgress({ style: 'none', write: () => undefined, nowMs: () => 0 }),
    signal: new AbortController().signal,
    nowMs: () => performance.now(),
  });
}

interface Copy {
  readonly name: string;
  readonly service: ServiceName;
  readonly client: FakeClient;
  readonly signal: () => void;
  /** Exit code, once it has ended by itself. */
  readonly ended: Promise<number>;
}

export interface EngineOptions {
  readonly loaded: LoadedConfig;
  /** Copies of each service. */
  readonly copies: number;
  readonly trouble?: Trouble;
  readonly random: () => number;
}

/** Every service of a run, some copies of each, in this process on a cluster in memory. */
export class EngineWorld {
  readonly cluster: FakeKafka;
  readonly #options: EngineOptions;
  readonly #copies = new Map<string, Copy>();
  readonly #buried: Copy[] = [];
  /** What services logged as warnings and errors. */
  readonly lines: Record<string, unknown>[] = [];
  readonly #exits: number[] = [];
  #number = 0;
  #isOver = false;
  #failure: Error | undefined;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.cluster = clusterOf(options.loaded, new FakeKafka(options.trouble, () => Date.now()));
  }

  /** Clients of the copies that run now. */
  get clients(): FakeClient[] {
    return [...this.#copies.values()].map(({ client }) => client);
  }

  clientOf(name: string): FakeClient | undefined {
    return this.#copies.get(name)?.client;
  }

  /** Clients of a service. */
  of(service: ServiceName): FakeClient[] {
    return [...this.#copies.values()].filter((copy) => copy.service === service).map(({ client }) => client);
  }

  async start(services: readonly ServiceName[] = serviceNames): Promise<void> {
    for (const service of services)
      for (let copy = 0; copy < this.#options.copies; copy += 1) await this.add(service);
  }

  async add(service: ServiceName): Promise<FakeClient> {
    const name = `${service}-${this.#number++}`;
    const client = this.cluster.client(name);
    const signals: (() => void)[] = [];
    const ended = runService(await definitionOf(service), {
      loaded: this.#options.loaded,
      host: '127.0.0.1',
      port: 0,
      clock: fastClock,
      random: this.#options.random,
      log: createLog({
        service: name,
        style: 'json',
        clock: fastClock,
        write: (line) => {
          const found = JSON.parse(line) as Record<string, unknown>;
          if (found.level !== 'info') this.lines.push(found);
        },
      }),
      connect: async () => client,
      onSignal: (listener) => {
        signals.push(listener);
        return () => {};
      },
    }).then(({ exit, error }) => {
      // Of one that was killed nothing is heard.
      if (!client.isAlive || this.#isOver) return exit;
      this.#copies.delete(name);
      this.#exits.push(exit);
      if (exit !== 0)
        this.#failure ??= error instanceof Error ? error : new Error(`${name} ended with ${exit}`);
      return exit;
    });
    const signal = () => {
      for (const listener of signals) listener();
    };
    this.#copies.set(name, { name, service, client, signal, ended });
    return client;
  }

  /** Kills a copy and starts another in its place. */
  async replace(client: FakeClient): Promise<void> {
    const copy = [...this.#copies.values()].find((one) => one.client === client);
    if (copy === undefined) return;
    client.kill();
    this.#copies.delete(copy.name);
    this.#buried.push(copy);
    if (!this.#isOver) await this.add(copy.service);
  }

  /** Drains every copy as SIGTERM does; their exit codes. */
  async drain(): Promise<number[]> {
    const copies = [...this.#copies.values()];
    for (const { signal } of copies) signal();
    return Promise.all(copies.map(({ ended }) => ended));
  }

  /** Lets the world go on until `isDone`, replacing copies that were killed. @throws the error of a copy that failed */
  async until(isDone: () => boolean, mostMs = 120_000): Promise<void> {
    const beganMs = performance.now();
    while (!isDone()) {
      if (this.#failure !== undefined) throw this.#failure;
      if (performance.now() - beganMs > mostMs)
        throw new Error(`it never came to its end: ${this.describe()}`);
      for (const { client } of [...this.#copies.values()]) if (!client.isAlive) await this.replace(client);
      await soon();
    }
  }

  /** Where everything stands, for people. */
  describe(): string {
    const records = this.cluster
      .committed(`${this.#options.loaded.config.kafka.prefix}.progress`)[0]!
      .map(({ value }) => value!.toString().slice(0, 160));
    const copies = [...this.#copies.values()].map(
      ({ name, client }) => `${name}${client.isFrozen ? ' frozen' : ''}`,
    );
    const lines = this.lines.slice(-20);
    return JSON.stringify({ copies, records, lines, cluster: this.cluster.describe() }, null, 1);
  }

  /** Waits until every copy has ended by itself; their exit codes. */
  async ended(): Promise<readonly number[]> {
    await this.until(() => this.#copies.size === 0);
    return this.#exits;
  }

  /** Ends whatever still runs. */
  async close(): Promise<void> {
    this.#isOver = true;
    for (const { client, signal } of [...this.#copies.values(), ...this.#buried]) {
      client.kill();
      // The first drains, which a dead client never does; the second forces.
      signal();
      signal();
    }
    await Promise.all([...this.#copies.values(), ...this.#buried].map(({ ended }) => ended));
    this.cluster.wake();
  }
}
