import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Distribution } from './distribution.js';
import { type ArchiveUse, runJava, WatchedJava } from './java.js';
import { type ListenerSecurity, type NodePorts, serverProperties } from './settings.js';

const clusterId = 'cm1tc3RyZWFtLXRlc3RzLQ';

/** One node of a cluster: its folder, its ports and, while it runs, its process. */
export class KafkaNode {
  readonly node: number;
  readonly ports: NodePorts;
  readonly #distribution: Distribution;
  readonly folder: string;
  #program: WatchedJava | undefined;

  constructor(distribution: Distribution, folder: string, ports: NodePorts) {
    this.#distribution = distribution;
    this.folder = folder;
    this.node = ports.node;
    this.ports = ports;
  }

  get running(): boolean {
    return this.#program?.running ?? false;
  }

  /** Makes the empty data folder. */
  async format(
    ports: readonly NodePorts[],
    security: ListenerSecurity,
    more: Readonly<Record<string, string>>,
  ): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const dataFolder = join(this.folder, 'data');
    await writeFile(
      this.#properties,
      serverProperties({ node: this.node, ports, dataFolder, security, more }),
    );
    const { sasl } = security;
    const users = ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) =>
      sasl === undefined
        ? []
        : ['--add-scram', `${mechanism}=[name=${sasl.username},password=${sasl.password}]`],
    );
    const args = ['format', '-t', clusterId, '-c', this.#properties, ...users];
    const result = await runJava(this.#distribution, 'kafka.tools.StorageTool', args);
    if (result.code !== 0) throw new Error(`formatting the data folder failed: ${result.stderr}`);
  }

  get #properties(): string {
    return join(this.folder, 'server.properties');
  }

  async start(archive: ArchiveUse = 'use'): Promise<void> {
    this.#program = await WatchedJava.start({
      distribution: this.#distribution,
      main: 'kafka.Kafka',
      args: [this.#properties],
      folder: this.folder,
      archive,
    });
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await this.#program?.end(signal);
  }

  async freeze(isFrozen: boolean): Promise<void> {
    await this.#program?.freeze(isFrozen);
  }

  /** Ends the node for good and deletes its folder. */
  async remove(): Promise<void> {
    await this.end('SIGKILL');
    await rm(this.folder, { recursive: true, force: true });
  }

  /** What the broker wrote at level WARN and above, for messages of failing tests. */
  async log(): Promise<string> {
    const texts = ['broker.out', 'broker.log'].map((name) =>
      readFile(join(this.folder, name), 'utf8').catch(() => ''),
    );
    return (await Promise.all(texts)).join('');
  }
}
