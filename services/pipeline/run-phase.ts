import { systemClock } from '../../lib/base/clock.js';
import type { WorkerPool } from '../../lib/flow/worker-pool.js';
import type { Stage } from '../../lib/telemetry/metric-list.js';
import type { Surroundings } from './request.js';
import type { ProgressStep } from './tasks.js';
import type { Phase } from './watch.js';

export interface PhaseOptions<Task, Result> extends Surroundings {
  readonly phase: Phase;
  /** Events done by an earlier process, and in all. */
  readonly events: { readonly done: number; readonly total: number };
  /** Where the tasks wait and are held, if the phase is part of the flow. */
  readonly line?: {
    readonly stage: Stage;
    /** Tasks that an earlier process finished. */
    readonly finished: number;
    /** What a task in work holds. */
    readonly bytesOf: (task: Task) => number;
  };
  readonly onResult: (result: Result, task: Task) => void;
}

/** Runs the tasks of a phase on the workers, and tells progress and watch of them. */
export async function runPhase<Task, Result>(
  pool: WorkerPool,
  tasks: readonly Task[],
  options: PhaseOptions<Task, Result>,
): Promise<void> {
  const { phase, events, progress, signal, watch, line, gate } = options;
  const { wallMs = systemClock.wallMs } = options;
  progress.start(phase, events.total, events.done);
  let [position, held, heldBytes] = [line?.finished ?? 0, 0, 0];
  const end = position + tasks.length;
  const hold = (change: 1 | -1, task: Task) => {
    if (line === undefined || watch === undefined) return;
    held += change;
    heldBytes += change * line.bytesOf(task);
    watch.queue?.(line.stage, held, held === 0 ? 0 : heldBytes);
  };
  if (line !== undefined) watch?.waiting?.(line.stage, position, end);
  await pool.runAll<Task, Result>(tasks, {
    signal,
    gate,
    onStart: (task) => hold(1, task),
    onStep(step) {
      const { events: done, batches = [] } = step as ProgressStep;
      if (done > 0) progress.advance(phase, done);
      for (const { stage, report } of batches) watch?.batch?.(stage, report);
    },
    onResult(result, task) {
      options.onResult(result, task);
      if (line === undefined) return;
      hold(-1, task);
      position += 1;
      watch?.waiting?.(line.stage, position, end);
      watch?.checkpoint?.(line.stage, wallMs());
    },
  });
  progress.finish(phase);
}
