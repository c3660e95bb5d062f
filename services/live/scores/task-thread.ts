import { RmmError } from '../../../lib/base/error.js';
import type { LoadedConfig } from '../../../lib/config/index.js';
import { WorkerPool } from '../../../lib/flow/worker-pool.js';
import { boardOptions } from './board-options.js';
import type { BoardSettings } from './tasks.js';

/** A thread that takes tasks, one after the other. */
export type TaskThread = Pick<WorkerPool, 'run' | 'close'>;

/** A file of scores is small, and so is a batch of features: what takes no step for longer takes none any more. */
const stallMs = 60_000;

/** @param module `score-thread` reads files of scores, `event-thread` draws events */
export function openThread(
  loaded: LoadedConfig,
  module: 'score-thread' | 'event-thread',
  describe: (task: unknown) => string,
): TaskThread {
  const { config, profile, samples } = loaded;
  const settings: BoardSettings = { board: boardOptions(loaded), config, profile, samples };
  return new WorkerPool({
    size: 1,
    module: new URL(`./${module}.js`, import.meta.url),
    workerData: settings,
    stallTimeoutMs: stallMs,
    describe: (task) => `what the live page shows (${describe(task)})`,
  });
}

/** Whether an error says that its thread is no more: without one nothing would ever be answered. */
export function isLoss(error: unknown): error is RmmError {
  return error instanceof RmmError && (error.code === 'worker_lost' || error.code === 'task_stalled');
}
