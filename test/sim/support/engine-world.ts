import type { Clock } from '../../../lib/base/clock.js';
import type { LoadedConfig } from '../../../lib/config/index.js';
import { createLog } from '../../../lib/telemetry/log.js';
import { definitionOf } from '../../../services/kafka/definitions.js';
import { runService } from '../../../services/kafka/run-service.js';
import { type ServiceName, serviceNames } from '../../../services/kafka/stages.js';
import { clusterOf } from '../../support/service-context.js';
import { soon } from './chance.js';
import type { FakeClient } from './fake-client.js';
import { FakeKafka, type Trouble } from './fake-kafka.js';

/** The machine's clock with its waits made short: what pauses for seconds does so for hundredths. */
const fastClock: Clock = {
  wallMs: () => Date.now(),
  steadyMs: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms / 50);
    return () => clearTimeout(timer);
  },
};

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
    this.#bury(copy);
    if (!this.#isOver) await this.add(copy.service);
  }

  /** Nobody waits for it any more. */
  #bury(copy: Copy): void {
    this.#copies.delete(copy.name);
    this.#buried.push(copy);
  }

  /** Drains every copy that lives as SIGTERM does; their exit codes. */
  async drain(): Promise<number[]> {
    for (const copy of [...this.#copies.values()]) if (!copy.client.isAlive) this.#bury(copy);
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
