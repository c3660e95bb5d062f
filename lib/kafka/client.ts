/**
 * What rmmstream needs of a Kafka client, and nothing else: reading a partition from an offset, writing in
 * transactions, membership of a group, and administration. Two clients stand behind it (kafka.client).
 *
 * Offsets are numbers: Kafka's 64-bit offsets stay far below 2^53. Every call throws RmmError with a code
 * kafka_...; those with `retry` may be called again after a pause.
 */
export interface KafkaClient {
  readonly admin: KafkaAdmin;
  /**
   * A reader of one partition with a connection of its own, so that a wait for new messages holds nothing up.
   * Reads committed messages only.
   */
  reader(topic: string, partition: number): PartitionReader;
  /**
   * A producer that is the only one alive under its transactional id: an open transaction of an earlier one is
   * ended (aborted, or its commit completed) before this resolves, and the earlier one gets kafka_fenced.
   * @param scope all that transactions under the id ever take part in; without it, an end that the brokers have lost
   * (docs/kafka.md) is not made good
   */
  producer(transactionalId: string, scope?: TransactionScope): Promise<TransactionalProducer>;
  /** Joins a group that shares out the partitions of a topic. */
  join(options: GroupOptions): GroupMember;
  /** Closes every connection. */
  close(): Promise<void>;
}

/** A message as it is written. Headers are UTF-8 text. */
export interface OutgoingMessage {
  readonly key: string | null;
  /** null marks a key as deleted in a compacted topic. */
  readonly value: Uint8Array | null;
  readonly headers: Readonly<Record<string, string>>;
}

/** A message as it was read. */
export interface FetchedMessage {
  readonly offset: number;
  /** Milliseconds since 1970, as the broker or producer set it. */
  readonly timestampMs: number;
  readonly key: string | null;
  /** A view that stays valid; its start need not be aligned. */
  readonly value: Uint8Array | null;
  /** As UTF-8 text; of a header that comes twice the last one. Keys are foreign text: look them up with `get`. */
  readonly headers: ReadonlyMap<string, string>;
  /**
   * Why its batch could not be unpacked, where that is so: for every offset of such a batch there is a message
   * like this, with nothing else in it. Reading again would give the same.
   */
  readonly unreadable?: string;
}

export interface Fetched {
  /** Committed messages from the asked offset on, in order; without control records and aborted ones. */
  readonly messages: readonly FetchedMessage[];
  /** Where the next fetch goes on: behind everything that was looked at, control records included. */
  readonly nextOffset: number;
  /** End of what a reader of committed messages can see now (last stable offset). */
  readonly endOffset: number;
}

export interface FetchOptions {
  readonly offset: number;
  /** Bytes asked for; a larger single message is delivered all the same. */
  readonly maxBytes: number;
  /** How long to wait at the broker where there is nothing new. */
  readonly maxWaitMs: number;
}

export interface PartitionReader {
  readonly topic: string;
  readonly partition: number;
  /**
   * One try: finds a moved leader by itself at the next call.
   * @throws kafka_data_lost where the offset lies before the first message that is still there or behind the
   * end; kafka_topic_missing, kafka_unreachable, kafka_request_failed
   */
  fetch(options: FetchOptions): Promise<Fetched>;
  close(): Promise<void>;
}

export interface TransactionalProducer {
  readonly transactionalId: string;
  /**
   * Runs `body` and commits; whatever `body` throws aborts the transaction and is thrown on. After any error
   * the producer may be unusable: close it and ask for another. Readers see what was committed a moment after
   * this resolves.
   * @throws kafka_fenced where another producer took the transactional id over
   */
  transaction<Result>(body: (transaction: Transaction) => Promise<Result>): Promise<Result>;
  close(): Promise<void>;
}

export interface Transaction {
  /**
   * Writes messages to one partition, acknowledged by all in-sync replicas; the offset behind the last of them.
   * What others write may lie between them.
   */
  send(topic: string, partition: number, messages: readonly OutgoingMessage[]): Promise<number>;
  /** Commits a group's position together with the messages. `metadata` is kept beside it. */
  commitOffset(commit: OffsetCommit): Promise<void>;
}

/** Where a group stands in a partition. */
export interface GroupPosition {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}

export interface OffsetCommit extends CommittedOffset, GroupPosition {}

/** What transactions under one transactional id take part in. */
export interface TransactionScope {
  /** The position that they commit. */
  readonly position?: GroupPosition;
  /** The partitions that they write to. */
  readonly outputs: readonly { readonly topic: string; readonly partition: number }[];
}

/** A group's position in a partition. */
export interface CommittedOffset {
  readonly offset: number;
  readonly metadata: string;
}

export interface GroupOptions {
  readonly group: string;
  readonly topic: string;
  /**
   * The partitions of this member from now on, all of them; called at every change and whenever the group met
   * anew. What is missing from the list may already be in another member's hands: its work is given up.
   * The list stays in force while membership is lost: transactional ids fence whoever has been replaced.
   */
  readonly onPartitions: (partitions: readonly number[]) => void;
  /** Hears every change of how membership stands; `lost` with the reason while it tries to get back in, for ever. */
  readonly onState: (state: 'joining' | 'joined' | 'lost', reason?: Error) => void;
}

export interface GroupMember {
  /** Leaves at once, so that others take over without waiting for a time-out. */
  leave(): Promise<void>;
}

/** A topic to make. */
export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly replication: number;
  /** Topic settings by their Kafka names, for example {'cleanup.policy': 'compact'}. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface TopicPartition {
  readonly partition: number;
  /** Node id; -1 where no broker leads it now. */
  readonly leader: number;
  readonly replicas: readonly number[];
  readonly inSync: readonly number[];
}

export interface TopicDescription {
  readonly name: string;
  readonly partitions: readonly TopicPartition[];
  /** Settings that were set on the topic itself or differ from the broker's default; all by their Kafka names. */
  readonly settings: Readonly<Record<string, string>>;
}

export interface PartitionOffsets {
  readonly partition: number;
  /** First offset that is still there. */
  readonly first: number;
  /** Offset behind the last message (high watermark). */
  readonly end: number;
  /** End of what readers of committed messages can see now: no open transaction lies before it (last stable offset). */
  readonly stable: number;
}

export interface KafkaAdmin {
  /** Makes topics; those that exist are left as they are. Resolves once every partition has a leader. Names of those made. */
  createTopics(topics: readonly TopicSpec[]): Promise<readonly string[]>;
  /** Deletes topics; those that do not exist are passed over. Resolves once they are gone. */
  deleteTopics(names: readonly string[]): Promise<void>;
  /** Topics by name; one that does not exist is left out. */
  describeTopics(names: readonly string[]): Promise<readonly TopicDescription[]>;
  /** Names of all topics of the cluster that this client may see. */
  listTopics(): Promise<readonly string[]>;
  /** @throws kafka_topic_missing */
  offsets(topic: string): Promise<readonly PartitionOffsets[]>;
  /**
   * Positions that a group has committed, by partition; partitions without one are left out. Waits for open
   * transactions that commit a position here, so what it gives is settled.
   * @throws kafka_request_failed (UNSTABLE_OFFSET_COMMIT) where one stays open for kafka.request_timeout_ms
   */
  committed(group: string, topic: string): Promise<ReadonlyMap<number, CommittedOffset>>;
  /** How many members a group has now; none where there is no such group. Nobody joins to find out. */
  members(group: string): Promise<number>;
  /** Forgets groups; those that do not exist are passed over. Groups with members stay and are named in the error. */
  deleteGroups(groups: readonly string[]): Promise<void>;
  /** Node id and address of every broker. */
  brokers(): Promise<readonly { readonly node: number; readonly host: string; readonly port: number }[]>;
}

/** How to reach a cluster, with secrets in hand. */
export interface KafkaConnection {
  readonly client: 'kafkajs' | 'confluent';
  readonly brokers: readonly string[];
  /** Names this client in the brokers' logs. */
  readonly clientId: string;
  readonly requestTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  readonly transactionTimeoutMs: number;
  /** Longest pause between two tries to get back into a group. */
  readonly retryMaxMs: number;
  readonly maxMessageBytes: number;
  readonly compression: 'none' | 'gzip' | 'lz4' | 'zstd';
  /** PEM texts; undefined where not given. undefined as a whole: no TLS. */
  readonly tls:
    | { readonly ca: string | undefined; readonly cert: string | undefined; readonly key: string | undefined }
    | undefined;
  readonly sasl:
    | {
        readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
        readonly username: string;
        readonly password: string;
      }
    | undefined;
  /** Hears of connections lost and found, of retries; one line a change of state, no payloads, no secrets. */
  readonly onNote: (text: string) => void;
}
