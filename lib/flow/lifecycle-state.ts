import type { ServicePhase } from '../telemetry/metric-list.js';

/** Where a service is between its start and its end. */
export interface LifecycleState {
  readonly phase: ServicePhase;
  /** While draining or failed: what has to settle before the next step. */
  readonly waitsFor: 'start' | 'drain' | 'close' | undefined;
  /** A signal was heard: the next one forces the end. */
  readonly signalled: boolean;
  /** All work was done by itself, so the end is a good one even where closing is cut short. */
  readonly done: boolean;
  /** The end did not wait for everything: second signal or deadline. */
  readonly forced: boolean;
  /** Set once nothing more is waited for. */
  readonly exit: 0 | 1 | 130 | undefined;
}

export const lifecycleEvents = [
  /** start() is through. */
  'started',
  /** start() gave up because it was told to. */
  'abandoned',
  /** Bounded work came to its end. */
  'completed',
  /** SIGINT or SIGTERM. */
  'signal',
  /** drain() is through. */
  'drained',
  /** close() is through. */
  'closed',
  /** drain_timeout_ms after draining or closing began. */
  'deadline',
  /** start(), the work or drain() failed. */
  'failed',
  'close_failed',
] as const;
export type LifecycleEvent = (typeof lifecycleEvents)[number];

/** abandon: tell start() to give up. limit: let the deadline begin. */
export type LifecycleAction = 'abandon' | 'drain' | 'close' | 'limit';

export interface LifecycleStep {
  readonly state: LifecycleState;
  readonly actions: readonly LifecycleAction[];
}

export const initialState: LifecycleState = {
  phase: 'starting',
  waitsFor: undefined,
  signalled: false,
  done: false,
  forced: false,
  exit: undefined,
};

/**
 * What an event means in a state; one that means nothing there changes nothing. Every way ends: after the first
 * signal, the completion or a failure the deadline runs, and it or a second signal ends what hangs.
 */
export function transition(state: LifecycleState, event: LifecycleEvent): LifecycleStep {
  if (state.exit !== undefined) return step(state);
  switch (state.phase) {
    case 'starting':
      return whileStarting(state, event);
    case 'running':
      return whileRunning(state, event);
    default:
      return whileEnding(state, event);
  }
}

function whileStarting(state: LifecycleState, event: LifecycleEvent): LifecycleStep {
  switch (event) {
    case 'started':
      return step({ ...state, phase: 'running' });
    case 'signal':
      return step({ ...state, phase: 'draining', waitsFor: 'start', signalled: true }, 'limit', 'abandon');
    case 'failed':
    case 'abandoned':
      return step({ ...state, phase: 'failed', waitsFor: 'close' }, 'limit', 'close');
    default:
      return step(state);
  }
}

function whileRunning(state: LifecycleState, event: LifecycleEvent): LifecycleStep {
  switch (event) {
    case 'signal':
      return step({ ...state, phase: 'draining', waitsFor: 'drain', signalled: true }, 'limit', 'drain');
    case 'completed':
      return step({ ...state, phase: 'draining', waitsFor: 'close', done: true }, 'limit', 'close');
    case 'failed':
      return step({ ...state, phase: 'failed', waitsFor: 'close' }, 'limit', 'close');
    default:
      return step(state);
  }
}

/** Draining, or failed and closing. */
function whileEnding(state: LifecycleState, event: LifecycleEvent): LifecycleStep {
  const { waitsFor } = state;
  const nothing = step(state);
  switch (event) {
    case 'started':
      return waitsFor === 'start' ? step({ ...state, waitsFor: 'drain' }, 'drain') : nothing;
    case 'abandoned':
      return waitsFor === 'start' ? step({ ...state, waitsFor: 'close' }, 'close') : nothing;
    case 'drained':
      return waitsFor === 'drain' ? step({ ...state, waitsFor: 'close' }, 'close') : nothing;
    case 'failed':
      // Closing goes on where it has begun.
      return waitsFor === 'close'
        ? step({ ...state, phase: 'failed' })
        : step({ ...state, phase: 'failed', waitsFor: 'close' }, 'close');
    case 'closed':
      return waitsFor === 'close' ? end(state, false) : nothing;
    case 'close_failed':
      return waitsFor === 'close' ? end({ ...state, phase: 'failed' }, false) : nothing;
    case 'signal':
      return state.signalled ? end(state, true) : step({ ...state, signalled: true });
    case 'deadline':
      return end(state, true);
    default:
      return nothing;
  }
}

function step(state: LifecycleState, ...actions: LifecycleAction[]): LifecycleStep {
  return { state, actions };
}

function end(state: LifecycleState, forced: boolean): LifecycleStep {
  if (state.phase === 'failed') return step({ ...state, waitsFor: undefined, forced, exit: 1 });
  const exit = forced && !state.done ? 130 : 0;
  return step({ ...state, phase: 'stopped', waitsFor: undefined, forced, exit });
}
