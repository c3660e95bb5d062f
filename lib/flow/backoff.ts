import { type BackoffOptions, backoffMs } from '../base/backoff.js';
import type { Clock } from '../base/clock.js';
import { systemClock } from '../base/clock.js';
import { RmmError } from '../base/error.js';

/**
 * Resolves after `ms`.
 *
 * @throws interrupted at once where `signal` is or gets aborted
 */
export function sleep(
  ms: number,
  signal: AbortSignal,
  clock: Pick<Clock, 'after'> = systemClock,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(stopped());
      return;
    }
    const abort = () => {
      cancel();
      reject(stopped());
    };
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', abort);
      resolve();
    });
    signal.addEventListener('abort', abort, { once: true });
  });
}

/** How the tries of an action stand. */
export type RetryState =
  | {
      readonly state: 'failing';
      /** Wall-clock milliseconds of the first failure in a row. */
      readonly sinceMs: number;
      readonly attempts: number;
      readonly error: RmmError;
    }
  | {
      readonly state: 'recovered';
      readonly sinceMs: number;
      /** Tries that failed. */
      readonly attempts: number;
    };

export interface RetryOptions extends BackoffOptions {
  readonly signal: AbortSignal;
  /** Hears of the first failure in a row, of a failure with another code, and of the success after failures. */
  readonly onState?: (state: RetryState) => void;
  /** Tries before the last error is thrown on. Default: without end, until `signal`. */
  readonly maxAttempts?: number;
  /** Which errors may pass with time. Default: those whose code says so (`retry`), but for `interrupted`. */
  readonly retryable?: (error: RmmError) => boolean;
  readonly clock?: Pick<Clock, 'after' | 'wallMs'>;
}

/**
 * Tries `action` until it succeeds, with growing pauses. Anything that time does not mend is thrown on as it is.
 *
 * @throws interrupted where `signal` is aborted before or between tries
 */
export async function retrying<Result>(
  action: () => Promise<Result>,
  options: RetryOptions,
): Promise<Result> {
  const { signal, onState, maxAttempts = Number.POSITIVE_INFINITY, retryable = mayPass } = options;
  const clock = options.clock ?? systemClock;
  let failing: Extract<RetryState, { state: 'failing' }> | undefined;
  for (let attempts = 1; ; attempts += 1) {
    if (signal.aborted) throw stopped(failing?.error);
    try {
      const result = await action();
      if (failing !== undefined) {
        onState?.({ state: 'recovered', sinceMs: failing.sinceMs, attempts: attempts - 1 });
      }
      return result;
    } catch (error) {
      if (!(error instanceof RmmError) || !retryable(error) || attempts >= maxAttempts) throw error;
      const changed = failing?.error.code !== error.code;
      failing = { state: 'failing', sinceMs: failing?.sinceMs ?? clock.wallMs(), attempts, error };
      if (changed) onState?.(failing);
    }
    await sleep(backoffMs(attempts, options), signal, clock);
  }
}

function mayPass(error: RmmError): boolean {
  return error.spec.retry === true && error.code !== 'interrupted';
}

function stopped(cause?: unknown): RmmError {
  return new RmmError('interrupted', 'stopped while waiting', cause === undefined ? {} : { cause });
}
