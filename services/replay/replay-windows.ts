import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RmmError } from '../../lib/base/error.js';
import { readParquetColumns } from '../../lib/columnar/parquet/read-columns.js';
import { openFeed, type PartitionFeed } from '../../lib/flow/partitions/partition-feed.js';
import type { FetchedMessage } from '../../lib/kafka/client.js';
import { createScoreColumns } from '../../lib/learning/score-rows.js';
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

export interface ReplayCounts {
  /** Rows of the score files, by sample. */
  readonly rows: Map<string, number>;
  late: number;
  files: number;
  /** Messages that could not be read: dead letters of the scaler. */
  unusable: number;
}

export interface ReplayWork {
  readonly run: RunView;
  readonly scorer: BlockScorer;
  readonly expected: RowExpectation;
  readonly files: ScoreFiles;
  readonly counts: ReplayCounts;
  readonly onRows: (rows: number, isKept: boolean) => void;
}

const maxWaitMs = 500;

/**
 * Scores a partition window by window, a file each. A window that is full and has its file was done by an earlier
 * replay, and is passed over; the last one, which may have grown, is made again.
 */
export async function replayPartition(work: ReplayWork, span: ReplaySpan): Promise<void> {
  const { run, files, scorer } = work;
  const { sink_window_offsets: offsets, fetch_bytes: fetchBytes } = run.loaded.config.kafka;
  const topics = run.view.state.run!.topics;
  let feed: WindowFeed | undefined;
  try {
    for (let number = Math.floor(span.first / offsets); number * offsets < span.end; number += 1) {
      run.signal.throwIfAborted();
      const window = { partition: span.partition, firstOffset: number * offsets };
      const name = windowName('features', topics, window, scorer.modelVersion);
      const path = join(files.scores, `${name}.parquet`);
      const isFull = window.firstOffset + offsets <= span.end;
      if (isFull && existsSync(path)) {
        await feed?.close();
        feed = undefined;
        await countKept(work, path);
        continue;
      }
      feed ??= new WindowFeed(
        openFeed(
          run.client.reader(run.names.topic('features'), span.partition),
          Math.max(span.first, window.firstOffset),
          { fetchBytes, maxWaitMs },
        ),
      );
      const end = Math.min(span.end, window.firstOffset + offsets);
      await scoreWindow(work, name, feed, end);
    }
  } finally {
    await feed?.close();
  }
}

async function countKept({ counts, onRows }: ReplayWork, path: string): Promise<void> {
  const { rows, columns } = await readParquetColumns(path, ['sample', 'late']);
  const { sample, late } = columns;
  if (sample.type !== 'dictionary' || late.type !== 'boolean') return;
  for (let row = 0; row < rows; row += 1) {
    addRows(counts, sample.dictionary[sample.codes[row]!]!, 1);
    counts.late += late.flags[row]!;
  }
  counts.files += 1;
  onRows(rows, true);
}

async function scoreWindow(work: ReplayWork, name: string, feed: WindowFeed, end: number): Promise<void> {
  const { run, scorer, expected, files, counts, onRows } = work;
  let window: ScoreWindow | undefined;
  for await (const message of feed.until(end, run.signal)) {
    const block = decoded(message, expected);
    if (block === undefined) {
      counts.unusable += 1;
      continue;
    }
    const { source, record, features, columns } = block;
    const scores = createScoreColumns(record.rows);
    await scorer.score(features, scores, 0);
    window ??= new ScoreWindow(name, scorer.modelVersion, scorer.scalerVersion);
    window.add({ source, record, columns: ownRowColumns(columns, record.rows), scores });
    addRows(counts, source.sample, record.rows);
    if (source.late !== undefined) counts.late += record.rows;
    onRows(record.rows, false);
  }
  if (window === undefined) return;
  window.write(files);
  counts.files += 1;
}

function decoded(message: FetchedMessage, expected: RowExpectation) {
  try {
    return decodeFeatures(message, expected);
  } catch (error) {
    if (error instanceof RmmError && error.domain === 'data') return undefined;
    throw error;
  }
}

function addRows({ rows }: ReplayCounts, sample: string, count: number): void {
  rows.set(sample, (rows.get(sample) ?? 0) + count);
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
