import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RmmError } from '../../lib/base/error.js';
import { prepareAll } from '../../lib/base/prepared.js';
import { openFeed, type PartitionFeed } from '../../lib/flow/partitions/partition-feed.js';
import type { RecordStore } from '../../lib/flow/record-store.js';
import type { FetchedMessage } from '../../lib/kafka/client.js';
import { createScoreColumns } from '../../lib/learning/score-plan.js';
import type { DeadMessages } from '../dead-letters/dead-messages.js';
import { ownRowColumns } from '../featurizer/row-columns.js';
import type { RunView } from '../kafka/run-view.js';
import type { BlockScorer } from '../scorer/operator.js';
import { type ScoreFiles, ScoreWindow } from '../scorer/score-window.js';
import { windowName } from '../scorer/window-names.js';
import { decodeFeatures, type RowExpectation } from '../wire/features.js';

/** A partition of features, from its first message to where it ended when the replay began. */
export interface ReplaySpan {
  readonly partition: number;
  readonly first: number;
  readonly end: number;
}

/** What is known of a window that was scored; stored last, so its presence means that its file is there. */
export interface ReplayedWindow {
  /** Offset up to which it was scored: the last window of a partition may have grown since. */
  readonly to: number;
  readonly rows: Readonly<Record<string, number>>;
  readonly late: number;
  /** Messages that are dead letters, or will be. */
  readonly unusable: number;
  readonly hasFile: boolean;
}

export interface ReplayWork {
  readonly run: RunView;
  readonly scorer: BlockScorer;
  readonly expected: RowExpectation;
  readonly dead: DeadMessages;
  readonly files: ScoreFiles;
  /** Records of windows by the names of their files. */
  readonly store: RecordStore<ReplayedWindow>;
  readonly known: ReadonlyMap<string, ReplayedWindow>;
  readonly onRows: (rows: number, isKept: boolean) => void;
}

const maxWaitMs = 500;

/**
 * Scores a partition window by window, a file each. What an earlier replay has scored is passed over; a window that
 * has grown since is made again.
 */
export async function replayPartition(work: ReplayWork, span: ReplaySpan): Promise<ReplayedWindow[]> {
  const { run, files, scorer, known, onRows } = work;
  const { sink_window_offsets: offsets, fetch_bytes: fetchBytes } = run.loaded.config.kafka;
  const { topics } = run.view.state.run!;
  const windows: ReplayedWindow[] = [];
  let feed: WindowFeed | undefined;
  try {
    for (let number = Math.floor(span.first / offsets); number * offsets < span.end; number += 1) {
      run.signal.throwIfAborted();
      const window = { partition: span.partition, firstOffset: number * offsets };
      const name = windowName('features', topics, window, scorer.modelVersion);
      const end = Math.min(span.end, window.firstOffset + offsets);
      const before = known.get(name);
      if (before !== undefined && before.to >= end && isThere(files, name, before)) {
        await feed?.close();
        feed = undefined;
        windows.push(before);
        onRows(rowsOf(before), true);
        continue;
      }
      const from = Math.max(span.first, window.firstOffset);
      const reader = () => run.client.reader(run.names.topic('features'), span.partition);
      feed ??= new WindowFeed(openFeed(reader(), from, { fetchBytes, maxWaitMs }));
      windows.push(await scoreWindow(work, name, feed, { partition: span.partition, end }));
    }
  } finally {
    await feed?.close();
  }
  return windows;
}

function isThere({ scores }: ScoreFiles, name: string, { hasFile }: ReplayedWindow): boolean {
  return !hasFile || existsSync(join(scores, `${name}.parquet`));
}

export function rowsOf({ rows }: ReplayedWindow): number {
  return Object.values(rows).reduce((sum, count) => sum + count, 0);
}

async function scoreWindow(
  work: ReplayWork,
  name: string,
  feed: WindowFeed,
  { partition, end }: Pick<ReplaySpan, 'partition' | 'end'>,
): Promise<ReplayedWindow> {
  const { run, scorer, expected, files, store, onRows } = work;
  const dead = work.dead.get(partition);
  let window: ScoreWindow | undefined;
  const rows: Record<string, number> = Object.create(null);
  let late = 0;
  let unusable = 0;
  for await (const message of feed.until(end, run.signal)) {
    const block = dead?.has(message.offset) === true ? undefined : decoded(message, expected);
    if (block === undefined) {
      unusable += 1;
      continue;
    }
    const { source, record, features, columns } = block;
    const scores = createScoreColumns(files.plan, record.rows);
    await scorer.score(features, columns.mll, scores, 0);
    window ??= new ScoreWindow(name, scorer.modelVersion, scorer.scalerVersion);
    window.add({ source, record, columns: ownRowColumns(columns, record.rows), scores });
    rows[source.sample] = (rows[source.sample] ?? 0) + record.rows;
    if (source.late !== undefined) late += record.rows;
    onRows(record.rows, false);
  }
  // The directory is locked: nobody else publishes in it.
  if (window !== undefined) for (const file of prepareAll(window.prepare(files))) file.publish();
  const replayed: ReplayedWindow = { to: end, rows, late, unusable, hasFile: window !== undefined };
  store.write(name, replayed);
  return replayed;
}

function decoded(message: FetchedMessage, expected: RowExpectation) {
  try {
    return decodeFeatures(message, expected);
  } catch (error) {
    if (error instanceof RmmError && error.domain === 'data') return undefined;
    throw error;
  }
}

/** A feed that gives the messages before an offset, and keeps those behind it for the next time. */
class WindowFeed {
  readonly #feed: PartitionFeed;
  #held: readonly FetchedMessage[] = [];
  #position = 0;

  constructor(feed: PartitionFeed) {
    this.#feed = feed;
  }

  async *until(end: number, signal: AbortSignal): AsyncGenerator<FetchedMessage> {
    for (;;) {
      while (this.#held.length > 0 && this.#held[0]!.offset < end) {
        const [next, ...rest] = this.#held;
        this.#held = rest;
        yield next!;
      }
      if (this.#held.length > 0 || this.#position >= end) return;
      signal.throwIfAborted();
      const { messages, nextOffset } = await this.#feed.next();
      this.#held = messages;
      this.#position = nextOffset;
    }
  }

  close(): Promise<void> {
    return this.#feed.close();
  }
}
