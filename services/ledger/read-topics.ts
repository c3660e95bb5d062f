import { RmmError } from '../../lib/base/error.js';
import { columnOf } from '../../lib/columnar/arrow/batch.js';
import { decodeBatch } from '../../lib/columnar/arrow/decode.js';
import type { BlockSource } from '../../lib/flow/block-source.js';
import { blockEntries } from '../../lib/flow/ranges.js';
import type { FetchedMessage, PartitionOffsets } from '../../lib/kafka/client.js';
import type { PlannedBlocks } from '../dead-letters/subject.js';
import type { SelectedRecord } from '../featurizer/block-record.js';
import { readTopic } from '../kafka/read-topic.js';
import type { PlannedFile } from '../kafka/run-state.js';
import type { RunView } from '../kafka/run-view.js';
import { type DataTopic, dataTopics } from '../kafka/topics.js';
import { featuresSchema } from '../wire/features.js';
import { sourceFromHeaders } from '../wire/headers.js';
import { saidRecord } from '../wire/record-header.js';
import { scaledSchema } from '../wire/scaled.js';
import type { Accounts, MessageState } from './accounts.js';
import type { Positions } from './positions.js';

/** A message on a data topic that is of no block of the run, and has no dead letter. */
export interface StrangeMessage {
  readonly topic: DataTopic;
  readonly partition: number;
  readonly offset: number;
  readonly what: string;
}

export interface TopicsRead {
  readonly messages: Readonly<Record<DataTopic, number>>;
  readonly strange: readonly StrangeMessage[];
}

/** Partitions that are read side by side. */
const atATime = 4;
const mostStrange = 1_000;

export interface TopicsBasis {
  readonly accounts: Accounts;
  readonly planned: PlannedBlocks;
  readonly positions: Positions;
  /** Places topic/partition/offset of messages that are dead letters. */
  readonly dead: ReadonlySet<string>;
  /** Places of those that were sent again from the dead letters. */
  readonly redriven: ReadonlySet<string>;
  readonly ends: ReadonlyMap<DataTopic, readonly PartitionOffsets[]>;
  /** Whether rows are compared with those on features, and which of these count as scored. */
  readonly scaledIsCut: boolean;
  readonly isFinished: boolean;
  readonly onTopic: (topic: DataTopic) => void;
  readonly onBlock: (topic: DataTopic, entries: number) => void;
}

/** Adds every message of the data topics to the accounts, up to the given ends. */
export async function readDataTopics(run: RunView, basis: TopicsBasis): Promise<TopicsRead> {
  const { client, names, signal } = run;
  const reader = new MessageReader(basis);
  for (const topic of dataTopics) {
    basis.onTopic(topic);
    const waiting = [...basis.ends.get(topic)!];
    const readAll = async () => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
        const { partition, first, end } = next;
        const take = (message: FetchedMessage) => reader.take(topic, partition, message);
        if (first < end)
          await readTopic(client, names.topic(topic), partition, signal, take, { from: first, to: end });
      }
    };
    await Promise.all(Array.from({ length: Math.min(atATime, waiting.length) }, readAll));
  }
  return { messages: reader.messages, strange: reader.strange };
}

class MessageReader {
  readonly messages: Record<DataTopic, number> = { events: 0, selected: 0, features: 0, scaled: 0 };
  readonly strange: StrangeMessage[] = [];
  readonly #basis: TopicsBasis;

  constructor(basis: TopicsBasis) {
    this.#basis = basis;
  }

  take(topic: DataTopic, partition: number, message: FetchedMessage): void {
    const { accounts, planned, redriven } = this.#basis;
    this.messages[topic] += 1;
    const state = this.#stateOf(topic, partition, message);
    let source: BlockSource;
    let record: SelectedRecord | undefined;
    try {
      source = sourceFromHeaders(message.headers);
      record = topic === 'events' || state === 'dead' ? undefined : saidRecord(message.headers);
    } catch (error) {
      this.#unreadable(topic, partition, message, state, error);
      return;
    }
    const entryFile = planned.entryOf(source);
    const file = entryFile ?? planned.blockOf(source);
    if (file === undefined) {
      if (state !== 'dead')
        this.#isStrange(topic, partition, message, `of ${source.file}, which is no block of the run`);
      return;
    }
    try {
      this.#rows(topic, state, file, message);
    } catch (error) {
      this.#unreadable(topic, partition, message, state, error);
      return;
    }
    if (entryFile !== undefined)
      accounts.lateMessage(file, source.first, state, topic === this.#last ? record : undefined);
    else {
      const isRedriven = redriven.has(place(topic, partition, message));
      accounts.message(topic, state, file.firstBlock + source.first / blockEntries, record, isRedriven);
      this.#basis.onBlock(topic, source.entries);
    }
  }

  get #last(): DataTopic {
    return this.#basis.scaledIsCut ? 'features' : 'scaled';
  }

  #stateOf(topic: DataTopic, partition: number, message: FetchedMessage): MessageState {
    const { dead, positions } = this.#basis;
    if (dead.has(place(topic, partition, message))) return 'dead';
    return message.offset < positions.of(topic, partition) ? 'passed' : 'waiting';
  }

  #rows(topic: DataTopic, state: MessageState, file: PlannedFile, { value }: FetchedMessage): void {
    const { accounts, scaledIsCut, isFinished } = this.#basis;
    if (state === 'dead' || (topic !== 'features' && topic !== 'scaled')) return;
    const batch = decodeBatch(
      value ?? new Uint8Array(0),
      topic === 'features' ? featuresSchema : scaledSchema,
    );
    const { data } = columnOf(batch, 'entry', 'flat');
    if (!(data instanceof BigInt64Array))
      throw new RmmError('wire_message_invalid', 'its entries are no 64-bit numbers');
    const add = (of: 'features' | 'scaled' | 'pending') => accounts.rows(of, file, data, 0, batch.rows);
    if (topic === 'features') add('features');
    if (topic !== this.#last) return;
    if (scaledIsCut) add(isFinished ? 'scaled' : 'pending');
    else add(state === 'passed' ? 'scaled' : 'pending');
  }

  /** One that no stage has come to may yet become a dead letter. */
  #unreadable(
    topic: DataTopic,
    partition: number,
    message: FetchedMessage,
    state: MessageState,
    error: unknown,
  ): void {
    if (!(error instanceof RmmError)) throw error;
    if (state === 'passed') this.#isStrange(topic, partition, message, error.message);
  }

  #isStrange(topic: DataTopic, partition: number, { offset }: FetchedMessage, what: string): void {
    if (this.strange.length < mostStrange) this.strange.push({ topic, partition, offset, what });
  }
}

function place(topic: DataTopic, partition: number, { offset }: FetchedMessage): string {
  return `${topic}/${partition}/${offset}`;
}
