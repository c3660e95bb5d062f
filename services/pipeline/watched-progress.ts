import { RmmError } from '../../lib/base/error.js';
import type { Stage } from '../../lib/telemetry/metric-list.js';
import type { Progress } from '../../lib/telemetry/progress.js';
import type { Phase, RunWatch } from './watch.js';

/** Where an error of a phase is counted: at the stage that does its work, or that it works for. */
const stageOfPhase: Readonly<Record<Phase, Stage>> = {
  inputs: 'ingest',
  weights: 'ingest',
  features: 'ingest',
  megasets: 'trainer',
  train: 'trainer',
  score: 'scorer',
  evaluate: 'scorer',
};

/** The progress of a run that tells a watch of its phases, too. */
export interface WatchedProgress extends Progress {
  /**
   * The run ends before its time, and with it the phase that is going on.
   * @param error undefined where somebody asked for the end: that is no error
   */
  fail(error: unknown): void;
}

/** @param progress with the phases of a run as its stages */
export function watchedProgress(progress: Progress, watch: RunWatch): WatchedProgress {
  const events = new Map<string, { done: number; total: number }>();
  const eventsOf = (phase: string) => events.get(phase) ?? { done: 0, total: 0 };
  let current: Phase = 'inputs';
  let isRunning = false;
  return {
    ...progress,
    start(phase, total, already = 0) {
      progress.start(phase, total, already);
      events.set(phase, { done: already, total });
      current = phase as Phase;
      isRunning = true;
      watch.phase?.(current, 'started', eventsOf(phase));
    },
    advance(phase, more, note) {
      progress.advance(phase, more, note);
      const { done, total } = eventsOf(phase);
      events.set(phase, { done: done + more, total });
      watch.phase?.(phase as Phase, 'running', eventsOf(phase));
    },
    finish(phase, state, note) {
      progress.finish(phase, state, note);
      const { done } = eventsOf(phase);
      isRunning = false;
      watch.phase?.(phase as Phase, state === 'failed' ? 'failed' : 'finished', { done, total: done });
    },
    fail(error) {
      if (error !== undefined)
        watch.error?.(stageOfPhase[current], error instanceof RmmError ? error.code : 'internal');
      if (isRunning) watch.phase?.(current, error === undefined ? 'stopped' : 'failed', eventsOf(current));
      isRunning = false;
    },
  };
}
