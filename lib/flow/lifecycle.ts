import type { Clock } from '../base/clock.js';
import { RmmError } from '../base/error.js';
import {
  initialState,
  type LifecycleAction,
  type LifecycleEvent,
  type LifecycleState,
  transition,
} from './lifecycle-state.js';

/** What a service hands in. Each is called at most once. */
export interface ServiceWork {
  /**
   * Resolves once the work runs. Where `signal` is aborted it gives up soon, throwing `interrupted`, or carries on
   * to the end; both are fine.
   */
  start(signal: AbortSignal): Promise<void>;
  /**
   * Called after start(): resolves when bounded work has come to its end, rejects when the work fails. Never
   * settles while the work goes on.
   */
  completion(): Promise<void>;
  /**
   * Takes nothing new and finishes what is held, or gives it up where it will not be finished by `deadlineMs` of
   * the steady clock.
   */
  drain(deadlineMs: number): Promise<void>;
  /** Lets go of connections and files, in whatever state: after drain, after the end of the work, after a failure. */
  close(): Promise<void>;
}

export interface LifecycleOptions {
  /** service.drain_timeout_ms: for draining and closing together. */
  readonly drainTimeoutMs: number;
  readonly clock: Pick<Clock, 'steadyMs' | 'after'>;
  /** Calls the listener at each SIGINT or SIGTERM; the result stops that. */
  readonly onSignal: (listener: () => void) => () => void;
  /** Hears of every new phase, with the error that led to `failed`. */
  readonly onPhase?: (phase: LifecycleState['phase'], error: unknown) => void;
}

export interface LifecycleEnd {
  /** 0 done or drained, 1 failed, 130 forced. */
  readonly exit: 0 | 1 | 130;
  /** Something may still hang: the caller ends the process with `process.exit`. */
  readonly forced: boolean;
  /** The first error, where the end is a failure. */
  readonly error: unknown;
}

/** Runs a service from its start to its end. Never rejects. */
export function runLifecycle(service: ServiceWork, options: LifecycleOptions): Promise<LifecycleEnd> {
  const { clock, drainTimeoutMs } = options;
  const starting = new AbortController();
  let state = initialState;
  let failure: { readonly error: unknown } | undefined;
  let deadlineMs = Number.POSITIVE_INFINITY;
  let stopLimit = () => {};
  let stopSignals = () => {};

  return new Promise((resolve) => {
    const post = (event: LifecycleEvent, error?: unknown) => {
      const before = state;
      if (event === 'failed' || event === 'close_failed') failure ??= { error };
      const { state: next, actions } = transition(before, event);
      state = next;
      if (next.phase !== before.phase) options.onPhase?.(next.phase, failure?.error);
      for (const action of actions) act[action]();
      if (next.phase === 'running' && before.phase === 'starting') {
        perform(service.completion.bind(service), 'completed', 'failed');
      }
      if (before.exit === undefined && next.exit !== undefined) {
        stopLimit();
        stopSignals();
        resolve({
          exit: next.exit,
          forced: next.forced,
          error: next.phase === 'failed' ? failure?.error : undefined,
        });
      }
    };
    const perform = (
      body: () => Promise<void>,
      good: LifecycleEvent,
      bad: LifecycleEvent | ((error: unknown) => LifecycleEvent),
    ) => {
      const failed = (error: unknown) => post(typeof bad === 'string' ? bad : bad(error), error);
      // A body that throws before its first await fails like one that rejects.
      Promise.resolve()
        .then(body)
        .then(() => post(good), failed);
    };
    const act: Record<LifecycleAction, () => void> = {
      abandon: () => starting.abort(),
      limit() {
        deadlineMs = clock.steadyMs() + drainTimeoutMs;
        stopLimit = clock.after(drainTimeoutMs, () => post('deadline'));
      },
      drain: () => perform(() => service.drain(deadlineMs), 'drained', 'failed'),
      close: () => perform(service.close.bind(service), 'closed', 'close_failed'),
    };
    options.onPhase?.(state.phase, undefined);
    // May call at once, where a signal came before.
    stopSignals = options.onSignal(() => post('signal'));
    perform(
      () => service.start(starting.signal),
      'started',
      (error) =>
        starting.signal.aborted && error instanceof RmmError && error.code === 'interrupted'
          ? 'abandoned'
          : 'failed',
    );
  });
}

/** SIGINT and SIGTERM of this process. */
export function processSignals(listener: () => void): () => void {
  process.on('SIGINT', listener);
  process.on('SIGTERM', listener);
  return () => {
    process.off('SIGINT', listener);
    process.off('SIGTERM', listener);
  };
}
