import { RmmError } from '../../../lib/base/error.js';
import type {
  CommittedOffset,
  Fetched,
  FetchedMessage,
  GroupMember,
  GroupOptions,
  KafkaAdmin,
  KafkaClient,
  OffsetCommit,
  OutgoingMessage,
  PartitionReader,
  TransactionalProducer,
} from '../../../lib/kafka/client.js';

interface Entry {
  readonly message: FetchedMessage | undefined;
  state: 'open' | 'committed' | 'aborted';
}

interface OpenTransaction {
  readonly touched: Map<Entry[], Entry[]>;
  readonly offsets: OffsetCommit[];
}

/** Called before and after every operation of a client; may throw, and may wait. */
export type Trouble = (client: string, operation: string, when: 'before' | 'after') => Promise<void>;

/**
 * A cluster in memory with Kafka's rules as far as the engine relies on them: logs with control records,
 * transactions that are seen as a whole, fencing by transactional id, groups that share out partitions. A
 * client can be killed: it then never gets an answer again, and its open transaction stays open until somebody
 * takes its transactional id over.
 */
export class FakeKafka {
  readonly logs = new Map<string, Entry[][]>();
  readonly offsets = new Map<string, CommittedOffset>();
  readonly #epochs = new Map<string, number>();
  readonly #open = new Map<string, OpenTransaction>();
  readonly #groups = new Map<string, Member[]>();
  readonly #trouble: Trouble;

  constructor(trouble: Trouble = async () => {}) {
    this.#trouble = trouble;
  }

  createTopic(name: string, partitions: number): void {
    if (!this.logs.has(name))
      this.logs.set(
        name,
        Array.from({ length: partitions }, () => []),
      );
  }

  /** Committed messages of a topic, partition by partition. */
  committed(topic: string): FetchedMessage[][] {
    return this.#topic(topic).map((log) =>
      log.flatMap((entry) =>
        entry.state === 'committed' && entry.message !== undefined ? [entry.message] : [],
      ),
    );
  }

  client(name: string): FakeClient {
    return new FakeClient(this, name, this.#trouble);
  }

  log(topic: string, partition: number): Entry[] {
    const log = this.#topic(topic)[partition];
    if (log === undefined)
      throw new RmmError('kafka_topic_missing', `${topic} has no partition ${partition}`);
    return log;
  }

  takeOver(transactionalId: string): number {
    this.#end(transactionalId, 'aborted');
    const epoch = (this.#epochs.get(transactionalId) ?? 0) + 1;
    this.#epochs.set(transactionalId, epoch);
    return epoch;
  }

  transaction(transactionalId: string, epoch: number): OpenTransaction {
    if (this.#epochs.get(transactionalId) !== epoch)
      throw new RmmError('kafka_fenced', `${transactionalId} was taken over`);
    const open = this.#open.get(transactionalId) ?? { touched: new Map(), offsets: [] };
    this.#open.set(transactionalId, open);
    return open;
  }

  finish(transactionalId: string, epoch: number, state: 'committed' | 'aborted'): void {
    this.transaction(transactionalId, epoch);
    this.#end(transactionalId, state);
  }

  #end(transactionalId: string, state: 'committed' | 'aborted'): void {
    const open = this.#open.get(transactionalId);
    this.#open.delete(transactionalId);
    if (open === undefined) return;
    for (const [log, entries] of open.touched) {
      for (const entry of entries) entry.state = state;
      log.push({ message: undefined, state: 'committed' });
    }
    if (state === 'aborted') return;
    for (const { group, topic, partition, offset, metadata } of open.offsets)
      this.offsets.set(`${group}/${topic}/${partition}`, { offset, metadata });
  }

  join(member: Member): void {
    const members = this.#groups.get(member.options.group) ?? [];
    this.#groups.set(member.options.group, [...members, member]);
    this.#share(member.options.group);
  }

  /** Takes a member out, as a leave or a session time-out does. */
  remove(member: Member): void {
    const { group } = member.options;
    this.#groups.set(
      group,
      (this.#groups.get(group) ?? []).filter((other) => other !== member),
    );
    this.#share(group);
  }

  #share(group: string): void {
    const members = this.#groups.get(group) ?? [];
    for (const [index, member] of members.entries()) {
      const partitions = this.#topic(member.options.topic).flatMap((_, partition) =>
        partition % members.length === index ? [partition] : [],
      );
      setImmediate(() => {
        if (member.alive && this.#groups.get(group)?.includes(member))
          member.options.onPartitions(partitions);
      });
    }
  }

  #topic(name: string): Entry[][] {
    const topic = this.logs.get(name);
    if (topic === undefined) throw new RmmError('kafka_topic_missing', `there is no topic ${name}`);
    return topic;
  }
}

interface Member {
  readonly options: GroupOptions;
  alive: boolean;
}

const never = new Promise<never>(() => {});

export class FakeClient implements KafkaClient {
  readonly name: string;
  readonly #cluster: FakeKafka;
  readonly #trouble: Trouble;
  readonly #members = new Set<Member>();
  #alive = true;

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
    for (const member of this.#members) {
      member.alive = false;
      this.#cluster.remove(member);
    }
  }

  async #do<Result>(operation: string, action: () => Result): Promise<Result> {
    // A dead process neither sends nor hears anything.
    if (!this.#alive) return never;
    await this.#trouble(this.name, operation, 'before');
    if (!this.#alive) return never;
    const result = action();
    await this.#trouble(this.name, operation, 'after');
    return this.#alive ? result : never;
  }

  reader(topic: string, partition: number): PartitionReader {
    return {
      topic,
      partition,
      fetch: async ({ offset, maxBytes, maxWaitMs }): Promise<Fetched> => {
        const found = await this.#do('fetch', () =>
          read(this.#cluster.log(topic, partition), offset, maxBytes),
        );
        if (found.nextOffset === offset && maxWaitMs > 0)
          await new Promise((resolve) => setTimeout(resolve, 1));
        return found;
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
              this.#do('send', () => append(cluster, transactionalId, epoch, topic, partition, messages)),
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
        return logs.map((log, partition) => ({ partition, first: 0, end: log.length }));
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
    deleteGroups: async () => {},
    brokers: async () => [{ node: 0, host: 'fake', port: 1 }],
  };
}

function append(
  cluster: FakeKafka,
  transactionalId: string,
  epoch: number,
  topic: string,
  partition: number,
  messages: readonly OutgoingMessage[],
): number {
  const open = cluster.transaction(transactionalId, epoch);
  const log = cluster.log(topic, partition);
  const first = log.length;
  const entries = messages.map(
    (message, index): Entry => ({
      message: {
        offset: first + index,
        timestampMs: 0,
        key: message.key,
        value: message.value,
        headers: new Map(Object.entries(message.headers)),
      },
      state: 'open',
    }),
  );
  log.push(...entries);
  open.touched.set(log, [...(open.touched.get(log) ?? []), ...entries]);
  return first;
}

function read(log: readonly Entry[], offset: number, maxBytes: number): Fetched {
  const open = log.findIndex(({ state }) => state === 'open');
  const endOffset = open < 0 ? log.length : open;
  if (offset > log.length || offset < 0)
    throw new RmmError('kafka_data_lost', `offset ${offset} is out of range`);
  const messages: FetchedMessage[] = [];
  let bytes = 0;
  let nextOffset = offset;
  while (nextOffset < endOffset && (bytes < maxBytes || messages.length === 0)) {
    const { message, state } = log[nextOffset]!;
    nextOffset += 1;
    if (message === undefined || state !== 'committed') continue;
    messages.push(message);
    bytes += message.value?.length ?? 0;
  }
  return { messages, nextOffset, endOffset };
}
