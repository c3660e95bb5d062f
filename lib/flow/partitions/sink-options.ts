import type { RmmError } from '../../base/error.js';
import type { Prepared } from '../../base/prepared.js';
import type { FetchedMessage, KafkaClient, OutgoingMessage } from '../../kafka/client.js';
import type { Tenure } from './partition-runner.js';
import type { SinkCounts } from './sink-counts.js';

/** The offsets [number x B, (number + 1) x B) of a partition: what one output file is made from (decisions.md 15). */
export interface SinkWindow {
  readonly partition: number;
  readonly number: number;
  readonly firstOffset: number;
}

/** A window's files, whole and durable, but for their names. */
export interface PreparedWindow {
  /** In the order in which they are published. */
  readonly files: readonly Prepared[];
  readonly bytes: number;
}

/** The contents of one window on their way into files. */
export interface WindowWriter {
  /**
   * Takes a message; its events, or undefined where it cannot be used.
   * @param isRepeated it lies before the position: what came of it is in a file already
   * @param waited is told of milliseconds that were no work: until a model was there, or other partitions had used it
   */
  add(
    message: FetchedMessage,
    isRepeated: boolean,
    waited: (ms: number) => void,
  ): Promise<number | undefined> | number | undefined;
  /**
   * Prepares files of what came so far, whose temporary names are nobody else's: the same messages give the same
   * files. May be called again.
   */
  prepare(): Promise<PreparedWindow> | PreparedWindow;
  /** Files of all that came so far are in place. */
  published?(): void;
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
  /** A window that is open is written as far as it goes once something of it has waited this long; undefined: never. */
  readonly writeAfterMs?: number | undefined;
  readonly open: (window: SinkWindow, tenure: Tenure) => WindowWriter;
  /** Removes what earlier owners of a partition have prepared and not published; they are fenced by then. */
  readonly sweep: (partition: number) => void;
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
  /** What goes on record before files are published that hold everything before offset `to`; undefined where it is there. */
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
  /** A message was taken in. @param seconds what the stage itself took */
  readonly added?: (partition: number, events: number, bytes: number, seconds: number) => void;
  /** One that is in a file already was read again, since its window is not full. */
  readonly repeated?: (partition: number, seconds: number) => void;
  /** What of a partition is held in memory from now on. */
  readonly held?: (partition: number, messages: number, bytes: number) => void;
  /**
   * Files are in place; a window that went on is written again as a whole.
   * @param events those that are new in it
   * @param bytes their share of its files, so that over all writes each byte is told once
   */
  readonly written?: (partition: number, events: number, bytes: number, seconds: number) => void;
  /** The partition is still ours: said by a transaction of its own before files get their names. */
  readonly claimed?: (partition: number, transactionSeconds: number) => void;
  /** The position went on, and dead letters with it. */
  readonly committed?: (
    partition: number,
    transactionSeconds: number,
    letters: readonly OutgoingMessage[],
  ) => void;
  /** One of these transactions failed. */
  readonly aborted?: (partition: number, transactionSeconds: number) => void;
  /** A write failed and is tried again; undefined once it went through. */
  readonly blocked?: (partition: number, error: RmmError | undefined) => void;
}
