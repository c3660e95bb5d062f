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
    /** What a task in work holds; asked once, where somebody hears of it. */
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
  let position = line?.finished ?? 0;
  const end = position + tasks.length;
  const held = new Map<Task, number>();
  const tellQueue = () => {
    const bytes = [...held.values()].reduce((sum, one) => sum + one, 0);
    if (line !== undefined) watch?.queue?.(line.stage, held.size, bytes);
  };
  if (line !== undefined) watch?.waiting?.(line.stage, position, end);
  const work = pool.runAll<Task, Result>(tasks, {
    signal,
    gate,
    onStart(task) {
      if (line === undefined || watch?.queue === undefined) return;
      held.set(task, line.bytesOf(task));
      tellQueue();
    },
    onStep(step) {
      const { events: done, batches = [] } = step as ProgressStep;
      if (done > 0) progress.advance(phase, done);
      for (const { stage, report } of batches) watch?.batch?.(stage, report);
    },
    onResult(result, task) {
      options.onResult(result, task);
      if (line === undefined) return;
      if (held.delete(task)) tellQueue();
      position += 1;
      watch?.waiting?.(line.stage, position, end);
      watch?.checkpoint?.(line.stage, wallMs());
    },
  });
  // A task that fails is held no longer, either.
  await work.finally(() => {
    if (held.size === 0) return;
    held.clear();
    tellQueue();
  });
  progress.finish(phase);
}
