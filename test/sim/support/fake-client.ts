import type {
  CommittedOffset,
  Fetched,
  GroupMember,
  GroupOptions,
  KafkaAdmin,
  KafkaClient,
  PartitionReader,
  TransactionalProducer,
} from '../../../lib/kafka/client.js';
import type { FakeKafka, Member, Trouble } from './fake-kafka.js';
import { read, stableEnd } from './fake-log.js';

const never = new Promise<never>(() => {});

/** A client of the cluster in memory, which can be killed and frozen. */
export class FakeClient implements KafkaClient {
  readonly name: string;
  readonly #cluster: FakeKafka;
  readonly #trouble: Trouble;
  readonly #members = new Set<Member>();
  #alive = true;
  #frozen: { readonly thawed: Promise<void>; readonly thaw: () => void } | undefined;

  constructor(cluster: FakeKafka, name: string, trouble: Trouble) {
    this.#cluster = cluster;
    this.name = name;
    this.#trouble = trouble;
  }

  get isAlive(): boolean {
    return this.#alive;
  }

  /** Dead from now on; its groups hear of it at once, as if the session had timed out. */
  kill(): void {
    this.#alive = false;
    this.#frozen?.thaw();
    for (const member of this.#members) {
      member.alive = false;
      this.#cluster.remove(member);
    }
  }

  /** Hangs from now on, as a process that was stopped does: its groups take it for dead. */
  freeze(): void {
    if (this.#frozen !== undefined || !this.#alive) return;
    let thaw = () => {};
    const thawed = new Promise<void>((resolve) => {
      thaw = resolve;
    });
    this.#frozen = { thawed, thaw };
    for (const member of this.#members) {
      member.alive = false;
      this.#cluster.remove(member);
    }
  }

  /** Goes on in the middle of whatever it did, and joins its groups again. */
  thaw(): void {
    const frozen = this.#frozen;
    if (frozen === undefined) return;
    this.#frozen = undefined;
    frozen.thaw();
    if (!this.#alive) return;
    for (const member of this.#members) {
      member.alive = true;
      this.#cluster.join(member);
    }
  }

  get isFrozen(): boolean {
    return this.#frozen !== undefined;
  }

  async #do<Result>(operation: string, action: () => Result): Promise<Result> {
    await this.#awake();
    await this.#trouble(this.name, operation, 'before');
    await this.#awake();
    const result = action();
    await this.#trouble(this.name, operation, 'after');
    await this.#awake();
    return result;
  }

  /** A dead process neither sends nor hears anything, a frozen one not until it goes on. */
  async #awake(): Promise<void> {
    while (this.#frozen !== undefined && this.#alive) await this.#frozen.thawed;
    if (!this.#alive) await never;
  }

  reader(topic: string, partition: number): PartitionReader {
    return {
      topic,
      partition,
      fetch: async ({ offset, maxBytes, maxWaitMs }): Promise<Fetched> => {
        const look = () => {
          const log = this.#cluster.log(topic, partition);
          return read(log, this.#cluster.firstOf(log), offset, maxBytes);
        };
        const found = await this.#do('fetch', look);
        if (found.nextOffset !== offset || maxWaitMs === 0) return found;
        await this.#cluster.changed(maxWaitMs);
        return await this.#do('fetch', look);
      },
      close: async () => {},
    };
  }

  async producer(transactionalId: string): Promise<TransactionalProducer> {
    const epoch = await this.#do('init', () => this.#cluster.takeOver(transactionalId));
    return {
      transactionalId,
      transaction: async (body) => {
        const cluster = this.#cluster;
        try {
          const result = await body({
            send: (topic, partition, messages) =>
              this.#do('send', () => cluster.append(transactionalId, epoch, topic, partition, messages)),
            commitOffset: (commit) =>
              this.#do('offset', () => {
                cluster.transaction(transactionalId, epoch).offsets.push(commit);
              }),
          });
          await this.#do('commit', () => cluster.finish(transactionalId, epoch, 'committed'));
          return result;
        } catch (error) {
          try {
            await this.#do('abort', () => cluster.finish(transactionalId, epoch, 'aborted'));
          } catch {
            // Fenced: the one who took over has aborted it.
          }
          throw error;
        }
      },
      close: async () => {},
    };
  }

  join(options: GroupOptions): GroupMember {
    const member: Member = { options, alive: true };
    this.#members.add(member);
    this.#cluster.join(member);
    return {
      leave: async () => {
        member.alive = false;
        this.#members.delete(member);
        this.#cluster.remove(member);
      },
    };
  }

  async close(): Promise<void> {}

  readonly admin: KafkaAdmin = {
    createTopics: async (topics) => {
      for (const { name, partitions } of topics) this.#cluster.createTopic(name, partitions);
      return topics.map(({ name }) => name);
    },
    deleteTopics: async (names) => {
      for (const name of names) this.#cluster.logs.delete(name);
    },
    describeTopics: async (names) =>
      names.flatMap((name) => {
        const logs = this.#cluster.logs.get(name);
        if (logs === undefined) return [];
        const partitions = logs.map((_, partition) => ({ partition, leader: 0, replicas: [0], inSync: [0] }));
        return [{ name, partitions, settings: {} }];
      }),
    listTopics: async () => [...this.#cluster.logs.keys()],
    offsets: (topic) =>
      this.#do('offsets', () => {
        const logs = this.#cluster.logs.get(topic) ?? [];
        return logs.map((log, partition) => ({
          partition,
          first: this.#cluster.firstOf(log),
          end: log.length,
          stable: stableEnd(log),
        }));
      }),
    committed: (group, topic) =>
      this.#do('committed', () => {
        const found = new Map<number, CommittedOffset>();
        for (const [partition] of (this.#cluster.logs.get(topic) ?? []).entries()) {
          const offset = this.#cluster.offsets.get(`${group}/${topic}/${partition}`);
          if (offset !== undefined) found.set(partition, offset);
        }
        return found;
      }),
    members: (group) => this.#do('members', () => this.#cluster.membersOf(group)),
    deleteGroups: async () => {},
    brokers: async () => [{ node: 0, host: 'fake', port: 1 }],
  };
}
