import { RmmError } from '../../base/error.js';
import type { CommittedOffset, FetchedMessage, KafkaClient, OutgoingMessage } from '../../kafka/client.js';
import { openFeed, type PartitionFeed } from './partition-feed.js';
import type { Tenure } from './partition-runner.js';
import { type Counts, countsMetadata, countsOf, none, type SinkCounts, sum } from './sink-counts.js';

/** The offsets [number x B, (number + 1) x B) of a partition: what one output file is made from (decisions.md 15). */
export interface SinkWindow {
  readonly partition: number;
  readonly number: number;
  readonly firstOffset: number;
}

/** The contents of one window on their way into files. */
export interface WindowWriter {
  /** Takes a message; its events. */
  add(message: FetchedMessage): Promise<number> | number;
  /**
   * Writes what came so far: the same messages give the same files under the same names. May be called again.
   * @returns bytes of the files
   */
  write(): Promise<number> | number;
  /** Messages that could not be used: they go out with the position behind the window. */
  deadLetters(): readonly OutgoingMessage[];
}

export interface SinkOptions {
  readonly client: KafkaClient;
  readonly group: string;
  readonly topic: string;
  readonly deadLetterTopic: string;
  readonly windowOffsets: number;
  readonly fetchBytes: number;
  readonly maxWaitMs: number;
  readonly open: (window: SinkWindow, tenure: Tenure) => WindowWriter;
  /** Offset behind the last message of the partition, once it is known. */
  readonly endOfInput: (partition: number) => number | undefined;
  /** Whether the end of the outputs that were made from input up to `end` is on record. */
  readonly isSettled: (partition: number, end: number) => boolean;
  /** What goes on record with the position when the input's end was reached. */
  readonly settlement: (
    partition: number,
    end: number,
    total: SinkCounts,
  ) => Promise<{
    readonly topic: string;
    readonly messages: readonly OutgoingMessage[];
  }>;
  readonly gate?: (signal: AbortSignal) => Promise<void>;
  /** What goes on record before files are written that hold everything before offset `to`; undefined where it is there. */
  readonly announce?: (
    partition: number,
    to: number,
  ) => { readonly topic: string; readonly messages: readonly OutgoingMessage[] } | undefined;
  /** Waits before another try to write (a full disk); resolves early when the signal is aborted. */
  readonly pause: (attempt: number, signal: AbortSignal) => Promise<void>;
  readonly nowMs: () => number;
  readonly observe?: SinkObserver;
}

export interface SinkObserver {
  readonly looked?: (partition: number, position: number, end: number, oldestMs: number | undefined) => void;
  /** @param seconds what the stage itself took */
  readonly added?: (partition: number, events: number, bytes: number, seconds: number) => void;
  /** What of a partition is held in memory from now on. */
  readonly held?: (partition: number, messages: number, bytes: number) => void;
  /** Files are in place; a window that went on after it was written is written again, with all of its events. */
  readonly written?: (partition: number, events: number, bytes: number, seconds: number) => void;
  /** The position went on. */
  readonly committed?: (partition: number, transactionSeconds: number) => void;
  /** A write failed and is tried again; undefined once it went through. */
  readonly blocked?: (partition: number, error: RmmError | undefined) => void;
}

/**
 * The body of a stage whose output is files. A window's files are written once the position is behind the
 * window, or at the end of the input; the position is committed after they are in place. A repeated window is
 * read from its beginning and overwrites its files with the same bytes.
 *
 * No transaction covers a file, so a copy that was taken for dead could write over the files of the one that has
 * taken its partition over. Right before it writes, a copy therefore commits its old position once more, which
 * brokers refuse to all but the partition's owner.
 */
export function sinkBody(options: SinkOptions): (tenure: Tenure) => Promise<void> {
  return async (tenure) => {
    await options.gate?.(tenure.signal);
    if (tenure.signal.aborted) return;
    const sink = new PartitionSink(options, tenure);
    try {
      await sink.run();
    } finally {
      await sink.close();
    }
  };
}

class PartitionSink {
  readonly #options: SinkOptions;
  readonly #tenure: Tenure;
  readonly #observe: SinkObserver;
  #feed: PartitionFeed | undefined;
  #window: number;
  #writer: WindowWriter | undefined;
  #bytesHeld = 0;
  #counts: Counts;
  /** End of input that is written out and on record. */
  #settled = -1;
  #committed: CommittedOffset;

  constructor(options: SinkOptions, tenure: Tenure) {
    this.#options = options;
    this.#tenure = tenure;
    this.#observe = options.observe ?? {};
    const committed: CommittedOffset = tenure.committed ?? { offset: 0, metadata: '' };
    this.#committed = committed;
    const end = options.endOfInput(tenure.partition);
    if (end !== undefined && committed.offset >= end && options.isSettled(tenure.partition, end))
      this.#settled = end;
    this.#window = Math.floor(committed.offset / options.windowOffsets);
    // The window is read from its beginning again.
    this.#counts = { before: countsOf(committed.metadata).before, within: none };
  }

  async run(): Promise<void> {
    const { signal, partition } = this.#tenure;
    const { endOfInput, windowOffsets } = this.#options;
    while (!signal.aborted) {
      const end = endOfInput(partition);
      if (end !== undefined && end <= this.#settled) {
        await this.#rest();
        continue;
      }
      const { messages, nextOffset, endOffset } = await this.#next();
      if (signal.aborted) return;
      this.#observe.looked?.(
        partition,
        messages[0]?.offset ?? nextOffset,
        endOffset,
        messages[0]?.timestampMs,
      );
      for (const message of messages) {
        await this.#moveTo(Math.floor(message.offset / windowOffsets));
        if (signal.aborted) return;
        await this.#add(message);
      }
      await this.#moveTo(Math.floor(nextOffset / windowOffsets));
      if (signal.aborted) return;
      if (end !== undefined && nextOffset >= end) await this.#settle(end, nextOffset);
    }
  }

  async close(): Promise<void> {
    this.#dropWindow();
    await this.#feed?.close();
  }

  #dropWindow(): void {
    this.#writer = undefined;
    this.#bytesHeld = 0;
    this.#observe.held?.(this.#tenure.partition, 0, 0);
  }

  /** Nothing to do until the input's end moves (a dead letter was re-driven). */
  async #rest(): Promise<void> {
    await this.#feed?.close();
    this.#feed = undefined;
    await this.#options.pause(1, this.#tenure.signal);
  }

  #next() {
    const { client, topic, windowOffsets } = this.#options;
    this.#feed ??= openFeed(
      client.reader(topic, this.#tenure.partition),
      this.#window * windowOffsets,
      this.#options,
    );
    return this.#feed.next();
  }

  async #add(message: FetchedMessage): Promise<void> {
    const { windowOffsets, open, nowMs } = this.#options;
    const { partition } = this.#tenure;
    this.#writer ??= open(
      { partition, number: this.#window, firstOffset: this.#window * windowOffsets },
      this.#tenure,
    );
    const startedMs = nowMs();
    const events = await this.#writer.add(message);
    const within = sum(this.#counts.within, { messages: 1, events });
    this.#counts = { ...this.#counts, within };
    const bytes = message.value?.length ?? 0;
    this.#bytesHeld += bytes;
    this.#observe.added?.(partition, events, bytes, (nowMs() - startedMs) / 1000);
    this.#observe.held?.(partition, within.messages, this.#bytesHeld);
  }

  /** Writes the window out where the position is behind it. */
  async #moveTo(window: number): Promise<void> {
    if (window === this.#window) return;
    await this.#write((this.#window + 1) * this.#options.windowOffsets);
    if (this.#tenure.signal.aborted) return;
    const letters = this.#writer?.deadLetters() ?? [];
    this.#window = window;
    this.#dropWindow();
    this.#counts = { before: sum(this.#counts.before, this.#counts.within), within: none };
    await this.#commit(window * this.#options.windowOffsets, letters);
  }

  async #settle(end: number, position: number): Promise<void> {
    const { partition, signal } = this.#tenure;
    await this.#write(position);
    if (signal.aborted) return;
    const total = sum(this.#counts.before, this.#counts.within);
    const record = await this.#options.settlement(partition, end, total);
    await this.#commit(position, this.#writer?.deadLetters() ?? [], record);
    this.#settled = end;
    // Should more come into this window, it is read again from its beginning.
    this.#dropWindow();
    this.#counts = { ...this.#counts, within: none };
    await this.#feed?.close();
    this.#feed = undefined;
  }

  /**
   * Writes the window's files, which hold everything before offset `to`; where the disk does not take them, again and
   * again, while nothing more is read.
   */
  async #write(to: number): Promise<void> {
    const { pause, nowMs } = this.#options;
    const { partition, signal } = this.#tenure;
    let isBlocked = false;
    try {
      for (let attempt = 1; this.#writer !== undefined && !signal.aborted; attempt += 1) {
        await this.#claim(to);
        try {
          const startedMs = nowMs();
          const bytes = await this.#writer.write();
          const { events } = this.#counts.within;
          this.#observe.written?.(partition, events, bytes, (nowMs() - startedMs) / 1000);
          return;
        } catch (error) {
          if (!(error instanceof RmmError) || error.spec.retry !== true) throw error;
          isBlocked = true;
          this.#observe.blocked?.(partition, error);
        }
        await pause(attempt, signal);
      }
    } finally {
      // Written, or in other hands: either way it is no longer this copy's trouble.
      if (isBlocked) this.#observe.blocked?.(partition, undefined);
    }
  }

  /** @throws kafka_fenced where the partition has another owner by now */
  async #claim(to: number): Promise<void> {
    const { group, topic, announce } = this.#options;
    const { partition, producer } = this.#tenure;
    const news = announce?.(partition, to);
    await producer.transaction(async (transaction) => {
      if (news !== undefined) await transaction.send(news.topic, 0, news.messages);
      await transaction.commitOffset({ group, topic, partition, ...this.#committed });
    });
  }

  async #commit(
    offset: number,
    letters: readonly OutgoingMessage[],
    record?: { readonly topic: string; readonly messages: readonly OutgoingMessage[] },
  ): Promise<void> {
    const { group, topic } = this.#options;
    const { partition, producer, progressed } = this.#tenure;
    const metadata = countsMetadata(this.#counts);
    const startedMs = this.#options.nowMs();
    await producer.transaction(async (transaction) => {
      for (const letter of letters) await transaction.send(this.#options.deadLetterTopic, 0, [letter]);
      if (record !== undefined) await transaction.send(record.topic, 0, record.messages);
      await transaction.commitOffset({ group, topic, partition, offset, metadata });
    });
    this.#committed = { offset, metadata };
    this.#observe.committed?.(partition, (this.#options.nowMs() - startedMs) / 1000);
    progressed();
  }
}
