import { RmmError } from '../../base/error.js';
import type { CommittedOffset, FetchedMessage, OutgoingMessage, Transaction } from '../../kafka/client.js';
import { Outlook } from './outlook.js';
import { openFeed, type PartitionFeed } from './partition-feed.js';
import type { Tenure } from './partition-runner.js';
import { publishWindow } from './publish-window.js';
import { type Counts, countsMetadata, countsOf, none, sum } from './sink-counts.js';
import type { SinkObserver, SinkOptions, WindowWriter } from './sink-options.js';

/**
 * The body of a stage whose output is files. A window's files are written once the position is behind the
 * window, or at the end of the input; the position is committed after they are in place. A repeated window is
 * read from its beginning and overwrites its files with the same bytes. Where input may stay away for ever, an open
 * window is written from time to time as far as it goes; its files grow with it.
 *
 * No transaction covers a file, so a copy that was taken for dead could write over the files of the one that has
 * taken its partition over. A copy therefore prepares its files under temporary names; then it commits its old
 * position once more, which brokers refuse to all but the partition's owner; then it renames them. And an owner
 * begins with removing what earlier ones have prepared, who are fenced by then: one of them that froze between its
 * commit and its renames finds nothing left to rename.
 */
export function sinkBody(options: SinkOptions): (tenure: Tenure) => Promise<void> {
  return async (tenure) => {
    options.sweep(tenure.partition);
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
  readonly #outlook: Outlook;
  #feed: PartitionFeed | undefined;
  #window: number;
  #writer: WindowWriter | undefined;
  #bytesHeld = 0;
  /** Since when a message of the open window waits for its file. */
  #waitingSinceMs: number | undefined;
  /** Events of the open window that are in a file, and its dead letters that went out. */
  #eventsOut = 0;
  #lettersOut = 0;
  #counts: Pick<Counts, 'before' | 'within'>;
  /** Messages of the window that could not be used, as offsets from its first one. */
  readonly #refused: Set<number>;
  /** End of input that is written out and on record. */
  #settled = -1;
  /** The one that was told to be reached. */
  #toldOf: number | undefined;
  #committed: CommittedOffset;

  constructor(options: SinkOptions, tenure: Tenure) {
    this.#options = options;
    this.#tenure = tenure;
    this.#observe = options.observe ?? {};
    this.#outlook = new Outlook(options.client, options.topic, tenure, this.#observe);
    const committed: CommittedOffset = tenure.committed ?? { offset: 0, metadata: '' };
    this.#committed = committed;
    const end = options.endOfInput(tenure.partition);
    if (end !== undefined && committed.offset >= end && options.isSettled(tenure.partition, end))
      this.#settled = end;
    this.#window = Math.floor(committed.offset / options.windowOffsets);
    // The window is read from its beginning again.
    const { before, refused } = countsOf(committed.metadata);
    this.#counts = { before, within: none };
    this.#refused = new Set(refused);
  }

  async run(): Promise<void> {
    const { signal, partition } = this.#tenure;
    const { endOfInput, windowOffsets } = this.#options;
    while (!signal.aborted) {
      const end = endOfInput(partition);
      if (end !== undefined && end <= this.#settled) {
        // The last look was before the work, at messages that waited then.
        if (this.#toldOf !== end) this.#outlook.tell({ position: end, end, oldestMs: undefined });
        this.#toldOf = end;
        await this.#rest();
        continue;
      }
      const { messages, nextOffset, endOffset } = await this.#next();
      if (signal.aborted) return;
      this.#outlook.tell({
        position: messages[0]?.offset ?? nextOffset,
        end: endOffset,
        oldestMs: messages[0]?.timestampMs,
      });
      for (const message of messages) {
        await this.#moveTo(Math.floor(message.offset / windowOffsets));
        if (signal.aborted) return;
        await this.#add(message);
      }
      await this.#moveTo(Math.floor(nextOffset / windowOffsets));
      if (signal.aborted) return;
      if (end !== undefined && nextOffset >= end) await this.#settle(end, nextOffset);
      else if (this.#isDue()) await this.#writeOpen(nextOffset);
    }
  }

  async close(): Promise<void> {
    this.#dropWindow();
    await this.#feed?.close();
  }

  #dropWindow(): void {
    this.#writer = undefined;
    this.#bytesHeld = 0;
    this.#waitingSinceMs = undefined;
    this.#eventsOut = 0;
    this.#lettersOut = 0;
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
    const isRepeated = message.offset < this.#committed.offset;
    let waitedMs = 0;
    const waited = (ms: number) => {
      waitedMs += ms;
    };
    const events = await this.#take(message, this.#writer, isRepeated, waited);
    const within = sum(this.#counts.within, { messages: 1, events });
    this.#counts = { ...this.#counts, within };
    if (!isRepeated) this.#waitingSinceMs ??= startedMs;
    // What lies before the position is in a file already.
    else this.#eventsOut = within.events;
    const bytes = message.value?.length ?? 0;
    this.#bytesHeld += bytes;
    // Times are rounded: without work the difference may be a little less than nothing.
    const seconds = Math.max(0, nowMs() - startedMs - waitedMs) / 1000;
    if (isRepeated) this.#observe.repeated?.(partition, seconds);
    else this.#observe.added?.(partition, events, bytes, seconds);
    this.#observe.held?.(partition, within.messages, this.#bytesHeld);
  }

  /**
   * Gives a message to the window. What lies before the position was decided on when it was committed, and stays so: by
   * now a limit may be raised or lowered, while what was refused may have been sent again.
   * @throws run_changed where something that is in a file cannot be used any more
   */
  async #take(
    message: FetchedMessage,
    writer: WindowWriter,
    isRepeated: boolean,
    waited: (ms: number) => void,
  ): Promise<number> {
    const place = message.offset - this.#window * this.#options.windowOffsets;
    if (isRepeated && this.#refused.has(place)) return 0;
    const events = await writer.add(message, isRepeated, waited);
    if (events !== undefined) return events;
    if (isRepeated) {
      const { topic } = this.#options;
      const { partition } = this.#tenure;
      throw new RmmError(
        'run_changed',
        `the message at offset ${message.offset} of ${topic}, partition ${partition}, was used before and is refused now; set back what was changed since, such as kafka.topics.max_message_bytes or the version of the program`,
        { context: { topic, partition, offset: message.offset } },
      );
    }
    this.#refused.add(place);
    return 0;
  }

  /** Writes the window out where the position is behind it. */
  async #moveTo(window: number): Promise<void> {
    if (window === this.#window) return;
    await this.#write((this.#window + 1) * this.#options.windowOffsets);
    if (this.#tenure.signal.aborted) return;
    const letters = this.#newLetters();
    this.#window = window;
    this.#refused.clear();
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
    await this.#commit(position, this.#newLetters(), record);
    this.#settled = end;
    // Should more come into this window, it is read again from its beginning.
    this.#dropWindow();
    this.#counts = { ...this.#counts, within: none };
    await this.#feed?.close();
    this.#feed = undefined;
  }

  #isDue(): boolean {
    const { writeAfterMs, nowMs } = this.#options;
    if (writeAfterMs === undefined || this.#waitingSinceMs === undefined) return false;
    return nowMs() - this.#waitingSinceMs >= writeAfterMs;
  }

  /** Writes the open window as far as it goes, and goes on with it. */
  async #writeOpen(position: number): Promise<void> {
    await this.#write(position);
    if (this.#tenure.signal.aborted) return;
    this.#waitingSinceMs = undefined;
    const letters = this.#newLetters();
    await this.#commit(position, letters);
    this.#lettersOut += letters.length;
  }

  #newLetters(): readonly OutgoingMessage[] {
    return this.#writer?.deadLetters().slice(this.#lettersOut) ?? [];
  }

  /** Writes the window's files, which hold everything before offset `to`; nothing more is read meanwhile. */
  async #write(to: number): Promise<void> {
    if (this.#writer === undefined) return;
    const { partition, signal } = this.#tenure;
    const { pause, nowMs } = this.#options;
    const published = await publishWindow({
      writer: this.#writer,
      claim: () => this.#claim(to),
      signal,
      pause,
      nowMs,
      blocked: (error) => {
        this.#observe.blocked?.(partition, error);
        if (error !== undefined) void this.#outlook.lookAgain();
      },
    });
    if (published === undefined) return;
    this.#writer.published?.();
    const { events } = this.#counts.within;
    const before = this.#eventsOut;
    const bytes = before === 0 ? published.bytes : Math.round((published.bytes * (events - before)) / events);
    this.#observe.written?.(partition, events - before, bytes, published.seconds);
    this.#eventsOut = events;
  }

  /** @throws kafka_fenced where the partition has another owner by now */
  async #claim(to: number): Promise<void> {
    const { group, topic, announce } = this.#options;
    const { partition } = this.#tenure;
    const news = announce?.(partition, to);
    const seconds = await this.#transaction(async (transaction) => {
      if (news !== undefined) await transaction.send(news.topic, 0, news.messages);
      await transaction.commitOffset({ group, topic, partition, ...this.#committed });
    });
    this.#observe.claimed?.(partition, seconds);
  }

  async #commit(
    offset: number,
    letters: readonly OutgoingMessage[],
    record?: { readonly topic: string; readonly messages: readonly OutgoingMessage[] },
  ): Promise<void> {
    const { group, topic } = this.#options;
    const { partition, progressed } = this.#tenure;
    const metadata = countsMetadata({ ...this.#counts, refused: this.#refused });
    const seconds = await this.#transaction(async (transaction) => {
      for (const letter of letters) await transaction.send(this.#options.deadLetterTopic, 0, [letter]);
      if (record !== undefined) await transaction.send(record.topic, 0, record.messages);
      await transaction.commitOffset({ group, topic, partition, offset, metadata });
    });
    this.#committed = { offset, metadata };
    this.#observe.committed?.(partition, seconds, letters);
    progressed();
  }

  /** @returns what it took, in seconds */
  async #transaction(body: (transaction: Transaction) => Promise<void>): Promise<number> {
    const { partition, producer } = this.#tenure;
    const startedMs = this.#options.nowMs();
    const seconds = () => (this.#options.nowMs() - startedMs) / 1000;
    try {
      await producer.transaction(body);
    } catch (error) {
      this.#observe.aborted?.(partition, seconds());
      throw error;
    }
    return seconds();
  }
}
