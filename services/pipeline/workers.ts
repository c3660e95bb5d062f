import { WorkerPool } from '../../lib/flow/worker-pool.js';
import { prepareNativeLibraries } from '../../lib/learning/native-settings.js';
import type { RunTask, WorkerSettings } from './tasks.js';

/** The worker threads of one command. */
export function startWorkers(settings: WorkerSettings): WorkerPool {
  // Before any worker copies the environment.
  prepareNativeLibraries();
  const { engine } = settings.config;
  return new WorkerPool({
    size: engine.workers,
    module: new URL('./worker.js', import.meta.url),
    workerData: settings,
    stallTimeoutMs: engine.stall_timeout_ms,
    describe: (task) => describeTask(task as RunTask),
  });
}

function describeTask(task: RunTask): string {
  if (task.kind === 'weigh') return `the weights of ${task.file.name}`;
  if (task.kind === 'score') return `scoring ${task.range.file} (${task.range.name})`;
  const { file, first, count } = task.range;
  return `${file.name}, entries ${first} to ${first + count - 1}`;
}
