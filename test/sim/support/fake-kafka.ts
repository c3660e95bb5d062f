import { RmmError } from '../../../lib/base/error.js';
import type {
  CommittedOffset,
  FetchedMessage,
  GroupOptions,
  OffsetCommit,
  OutgoingMessage,
} from '../../../lib/kafka/client.js';
import { FakeClient } from './fake-client.js';
import type { Entry } from './fake-log.js';

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
  readonly #firsts = new Map<Entry[], number>();
  /** Ends of transactions that are still to come, by the topic on which they are held back. */
  readonly #heldBack = new Map<string, (() => void)[]>();
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

  /** Takes away what retention takes: everything before an offset. */
  expire(topic: string, partition: number, before: number): void {
    const log = this.log(topic, partition);
    this.#firsts.set(log, before);
    for (const entry of log.slice(0, before)) entry.message = undefined;
  }

  /**
   * Brokers end a transaction partition by partition: on this topic it ends later than elsewhere, once the answer is
   * called.
   */
  holdBack(topic: string): () => void {
    const held: (() => void)[] = [];
    this.#heldBack.set(topic, held);
    return () => {
      this.#heldBack.delete(topic);
      for (const end of held) end();
      this.wake();
    };
  }

  /** First offset that is still there. */
  firstOf(log: Entry[]): number {
    return this.#firsts.get(log) ?? 0;
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

  /** Writes messages within an open transaction; the offset behind the last. */
  append(
    transactionalId: string,
    epoch: number,
    topic: string,
    partition: number,
    messages: readonly OutgoingMessage[],
  ): number {
    const open = this.transaction(transactionalId, epoch);
    const log = this.log(topic, partition);
    const first = log.length;
    const entries = messages.map(
      (message, index): Entry => ({
        message: {
          offset: first + index,
          timestampMs: this.nowMs(),
          key: message.key,
          value: message.value,
          headers: new Map(Object.entries(message.headers)),
        },
        state: 'open',
      }),
    );
    log.push(...entries);
    open.touched.set(log, [...(open.touched.get(log) ?? []), ...entries]);
    return log.length;
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
      const end = () => {
        for (const entry of entries) entry.state = state;
        log.push({ message: undefined, state: 'committed' });
      };
      const held = [...this.#heldBack].find(([topic]) => this.#topic(topic).includes(log));
      if (held === undefined) end();
      else held[1].push(end);
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

  /** How many members a group has. */
  membersOf(group: string): number {
    return (this.#groups.get(group) ?? []).filter(({ alive }) => alive).length;
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

/** A member of a group. */
export interface Member {
  readonly options: GroupOptions;
  alive: boolean;
  /** Its partitions since the group met last. */
  shared?: readonly number[];
}
