import { RmmError } from '../../base/error.js';
import type { SinkOptions, WindowWriter } from './sink-options.js';

export interface PublishOptions extends Pick<SinkOptions, 'pause' | 'nowMs'> {
  readonly writer: WindowWriter;
  /** @throws kafka_fenced where the partition has another owner by now */
  readonly claim: () => Promise<void>;
  readonly signal: AbortSignal;
  /** A try failed and is made again; undefined once that is over. */
  readonly blocked: (error: RmmError | undefined) => void;
}

/** What publishing took. */
export interface Published {
  readonly bytes: number;
  /** Without the wait for brokers. */
  readonly seconds: number;
}

/**
 * Prepares a window's files, sees that the partition is still ours, and gives the files their names; where the disk
 * does not take them, again and again.
 * @returns undefined where the signal was aborted before that went through
 * @throws what the claim throws, and what no retry of a write mends
 */
export async function publishWindow(options: PublishOptions): Promise<Published | undefined> {
  const { signal, pause, blocked } = options;
  let isBlocked = false;
  try {
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      const outcome = await tryOnce(options);
      if (!(outcome instanceof RmmError)) return outcome;
      isBlocked = true;
      blocked(outcome);
      await pause(attempt, signal);
    }
    return undefined;
  } finally {
    // Written, or in other hands: either way it is no longer this copy's trouble.
    if (isBlocked) blocked(undefined);
  }
}

async function tryOnce({ writer, claim, nowMs }: PublishOptions): Promise<Published | RmmError> {
  const startedMs = nowMs();
  const prepared = await orRetry(() => writer.prepare());
  if (prepared instanceof RmmError) return prepared;
  const preparedMs = nowMs();
  try {
    await claim();
    const claimedMs = nowMs();
    const failure = await orRetry(() => {
      for (const file of prepared.files) file.publish();
    });
    if (failure instanceof RmmError) return failure;
    return { bytes: prepared.bytes, seconds: (nowMs() - claimedMs + preparedMs - startedMs) / 1000 };
  } finally {
    for (const file of prepared.files) file.abort();
  }
}

/** The error of a write that may go through later as a value; any other is thrown. */
async function orRetry<Result>(write: () => Promise<Result> | Result): Promise<Result | RmmError> {
  try {
    return await write();
  } catch (error) {
    if (error instanceof RmmError && error.spec.retry === true) return error;
    throw error;
  }
}
