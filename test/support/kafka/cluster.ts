import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';
import { type Distribution, findDistribution } from './distribution.js';
import { type JavaResult, runJava } from './java.js';
import { KafkaNode } from './node.js';
import { kafkaVersion } from './pom.js';
import { freePorts } from './ports.js';
import type { ListenerSecurity, NodePorts } from './settings.js';

export interface KafkaOptions extends ListenerSecurity {
  /** Brokers; each is a controller too. Default 1. */
  readonly nodes?: 1 | 3;
  /** Settings of the brokers by their Kafka names. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface KafkaCluster {
  /** host:port of every broker, for clients. */
  readonly brokers: readonly string[];
  /** The same brokers without log-in and encryption. */
  readonly plainBrokers: readonly string[];
  /** Kills a broker (node ids begin at 1) as a power failure does. */
  kill(node: number): Promise<void>;
  /** Starts a killed broker again, on the same ports and data; resolves once it is a member again. */
  restart(node: number): Promise<void>;
  /** Stops a broker without ending it, as a machine does that hangs, and lets it go on. */
  freeze(node: number, isFrozen: boolean): Promise<void>;
  /** Runs one of Kafka's own Java programs to its end; `input` is the path of its standard input. */
  java(main: string, args: readonly string[], input?: string): Promise<JavaResult>;
  /** Warnings and errors that the brokers wrote. */
  log(): Promise<string>;
  /** Where a node keeps its data. */
  nodeFolder(node: number): string;
  /** Ends every broker and deletes the data. */
  stop(): Promise<void>;
}

/** How many brokers are members, asked of the given ones. */
async function membersSeen(brokers: readonly string[]): Promise<number> {
  const kafka = new Kafka({
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1000,
    requestTimeout: 2000,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    return (await admin.describeCluster()).brokers.length;
  } catch {
    return 0;
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

class StartedCluster implements KafkaCluster {
  readonly #distribution: Distribution;
  readonly #folder: string;
  readonly #nodes: readonly KafkaNode[];

  constructor(distribution: Distribution, folder: string, ports: readonly NodePorts[]) {
    this.#distribution = distribution;
    this.#folder = folder;
    this.#nodes = ports.map((own) => new KafkaNode(distribution, join(folder, `node-${own.node}`), own));
  }

  get nodes(): readonly KafkaNode[] {
    return this.#nodes;
  }

  get brokers(): readonly string[] {
    return this.#nodes.map((node) => `127.0.0.1:${node.ports.client}`);
  }

  get plainBrokers(): readonly string[] {
    return this.#nodes.map((node) => `127.0.0.1:${node.ports.internal}`);
  }

  #node(id: number): KafkaNode {
    const node = this.#nodes[id - 1];
    if (node === undefined) throw new Error(`there is no node ${id}`);
    return node;
  }

  /** Resolves once all running nodes are members; throws where one has ended by itself. */
  async ready(): Promise<void> {
    const started = this.#nodes.filter((node) => node.running);
    const deadline = Date.now() + 60_000;
    for (;;) {
      if (started.some((node) => !node.running) || Date.now() > deadline)
        throw new Error(`Kafka did not start:\n${(await this.log()).slice(-4000)}`);
      const answers = await Promise.all(
        started.map((node) => membersSeen([`127.0.0.1:${node.ports.internal}`])),
      );
      if (answers.every((count) => count >= started.length)) return;
      await pause(50);
    }
  }

  async kill(node: number): Promise<void> {
    await this.#node(node).end('SIGKILL');
  }

  async restart(node: number): Promise<void> {
    await this.#node(node).start();
    await this.ready();
  }

  async freeze(node: number, isFrozen: boolean): Promise<void> {
    await this.#node(node).freeze(isFrozen);
  }

  java(main: string, args: readonly string[], input?: string): Promise<JavaResult> {
    return runJava(this.#distribution, main, args, input);
  }

  async log(): Promise<string> {
    return (await Promise.all(this.#nodes.map((node) => node.log()))).join('');
  }

  nodeFolder(node: number): string {
    return this.#node(node).folder;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.remove()));
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function startNodes(
  distribution: Distribution,
  options: KafkaOptions,
  archive: 'use' | 'make' = 'use',
): Promise<StartedCluster> {
  const ids = options.nodes === 3 ? [1, 2, 3] : [1];
  const free = await freePorts(ids.length * 3);
  const ports = ids.map((node) => ({
    node,
    client: free.pop()!,
    internal: free.pop()!,
    controller: free.pop()!,
  }));
  const folder = await mkdtemp(join(tmpdir(), 'rmmstream-kafka-'));
  const cluster = new StartedCluster(distribution, folder, ports);
  try {
    await Promise.all(cluster.nodes.map((node) => node.format(ports, options, options.settings ?? {})));
    await Promise.all(cluster.nodes.map((node) => node.start(archive)));
    await cluster.ready();
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function makeArchive(distribution: Distribution): Promise<void> {
  const cluster = await startNodes(distribution, {}, 'make');
  await cluster.nodes[0]!.end('SIGTERM');
  await cluster.stop();
}

const found = await findDistribution(kafkaVersion, makeArchive);

/** Why there is no Kafka on this machine, for the skip option of a test; false where there is one. */
export const kafkaSkip: string | false = 'missing' in found ? found.missing : false;

/**
 * Starts a real Apache Kafka on free ports of 127.0.0.1: a single node in about two seconds, three nodes in
 * about four. Share one among the tests of a file. It dies with this process.
 */
export async function startKafka(options: KafkaOptions = {}): Promise<KafkaCluster> {
  if ('missing' in found) throw new Error(found.missing);
  try {
    return await startNodes(found, options);
  } catch (error) {
    // Another process may have taken a port in between.
    if (!/BindException|Address already in use/.test(String(error))) throw error;
    return await startNodes(found, options);
  }
}
