import { workerData } from 'node:worker_threads';
import { systemClock } from '../../lib/base/clock.js';
import { serveTasks } from '../../lib/flow/worker-main.js';
import type { Progress } from '../../lib/telemetry/progress.js';
import { type NamedTask, runStudyTask, type StudySettings } from './task.js';

/** What workers are told at their start. */
export interface StudyWorkerSettings extends StudySettings {
  /** One number: when it is not 0 a task ends where it may go on from. */
  readonly stop: Int32Array;
}

/** How often a worker looks whether it shall end. */
const lookMs = 200;

// A thread of the studies: one run or scoring at a time, with a worker of its own below it.
const { stop, ...settings } = workerData as StudyWorkerSettings;

serveTasks(async (input, step) => {
  const controller = new AbortController();
  const timer = setInterval(() => {
    if (Atomics.load(stop, 0) !== 0) controller.abort();
  }, lookMs);
  try {
    return await runStudyTask(input as NamedTask, settings, {
      progress: stepsOf(step),
      signal: controller.signal,
      nowMs: () => systemClock.steadyMs(),
    });
  } finally {
    clearInterval(timer);
  }
});

/** The pool hears that the task lives; stages of tasks that run side by side are nobody's to read. */
function stepsOf(step: (step: unknown) => void): Progress {
  return {
    plan: () => undefined,
    start: () => step(0),
    advance: () => step(0),
    finish: () => step(0),
    note: () => undefined,
    close: () => undefined,
    snapshots: () => [],
  };
}
