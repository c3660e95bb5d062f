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
  /** undefined for a control record, and for what compaction took. */
  message: FetchedMessage | undefined;
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
  readonly #waiting = new Set<() => void>();

  /** @param nowMs time that messages carry */
  constructor(
    trouble: Trouble = async () => {},
    readonly nowMs: () => number = () => 0,
  ) {
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

  /** Takes away what compaction takes: every message but the last of its key. */
  compact(topic: string): void {
    for (const log of this.#topic(topic)) {
      const last = new Map<string | null, number>();
      for (const { message } of log) if (message !== undefined) last.set(message.key, message.offset);
      for (const entry of log)
        if (entry.message !== undefined && last.get(entry.message.key) !== entry.message.offset)
          entry.message = undefined;
    }
  }

  /** Resolves when any log changes, or after `ms`. */
  changed(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#waiting.add(done);
    });
  }

  /** Tells those that wait for something new. */
  wake(): void {
    for (const done of [...this.#waiting]) done();
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
    this.wake();
    if (state === 'aborted') return;
    for (const { group, topic, partition, offset, metadata } of open.offsets)
      this.offsets.set(`${group}/${topic}/${partition}`, { offset, metadata });
  }

  join(member: Member): void {
    const members = this.#groups.get(member.options.group) ?? [];
    if (!members.includes(member)) this.#groups.set(member.options.group, [...members, member]);
    this.#share(member.options.group);
  }

  /** Transactional ids with an open transaction, and partitions of every member of every group: for people. */
  describe(): unknown {
    return {
      open: [...this.#open.keys()],
      groups: [...this.#groups].map(([group, members]) => [group, members.map(({ shared }) => shared)]),
      offsets: [...this.offsets].map(([at, { offset }]) => `${at} ${offset}`),
      logs: [...this.logs].map(([topic, logs]) => [
        topic,
        logs.map((log) => `${log.length} (${log.findIndex(({ state }) => state === 'open')})`),
      ]),
    };
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
      member.shared = partitions;
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
  /** Its partitions since the group met last. */
  shared?: readonly number[];
}

const never = new Promise<never>(() => {});

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
        const found = await this.#do('fetch', () =>
          read(this.#cluster.log(topic, partition), offset, maxBytes),
        );
        if (found.nextOffset !== offset || maxWaitMs === 0) return found;
        await this.#cluster.changed(maxWaitMs);
        return await this.#do('fetch', () => read(this.#cluster.log(topic, partition), offset, maxBytes));
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
        return logs.map((log, partition) => ({
          partition,
          first: 0,
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
        timestampMs: cluster.nowMs(),
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

function stableEnd(log: readonly Entry[]): number {
  const open = log.findIndex(({ state }) => state === 'open');
  return open < 0 ? log.length : open;
}

function read(log: readonly Entry[], offset: number, maxBytes: number): Fetched {
  const endOffset = stableEnd(log);
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
