import { createHash } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../lib/base/atomic-file.js';
import { packageVersion } from '../../lib/base/package-root.js';
import { sweepTemporaryTree } from '../../lib/base/temporary-files.js';
import { canonicalJson, type JsonValue, type LoadedConfig } from '../../lib/config/index.js';
import { RecordStore } from '../../lib/flow/record-store.js';
import { takeRunLock } from '../../lib/flow/run-lock.js';
import { WorkerPool } from '../../lib/flow/worker-pool.js';
import { prepareNativeLibraries } from '../../lib/learning/native-settings.js';
import { layoutOf } from '../pipeline/layout.js';
import type { RunReport } from '../pipeline/report.js';
import type { RunRequest } from '../pipeline/request.js';
import { run } from '../pipeline/run.js';
import { loadModel } from '../scorer/model-folder.js';
import { planStudies, refuseUnknownSignals, type StudyTask } from './plan.js';
import type { StudyRecord } from './study-record.js';
import { type NamedTask, yieldsOf } from './task.js';
import type { StudyWorkerSettings } from './worker.js';

export type StudyRequest = Pick<RunRequest, 'loaded' | 'progress' | 'signal' | 'nowMs' | 'fresh'>;

/** study.json: all that the studies of a run found, the same for the same run. */
export interface StudyFile {
  readonly program: RunReport['program'];
  readonly configuration_hash: string;
  readonly model: string;
  readonly seed: number;
  readonly tasks: readonly StudyRecord[];
}

export interface StudyOutcome {
  /** Where study.json lies. */
  readonly directory: string;
  readonly study: StudyFile;
  /** Tasks that were on record from an earlier process. */
  readonly known: number;
}

/** Where the studies of a run lie: below the run's own directory. */
export function studyLayoutOf(runDirectory: string) {
  const root = join(runDirectory, 'study');
  return {
    root,
    file: join(root, 'study.json'),
    work: join(root, '.work'),
    lock: join(root, '.work', 'lock'),
    records: join(root, '.work', 'records'),
  };
}

/**
 * Makes the base run, or finds it finished, and every study that the configuration asks for. What is on record is
 * not made again; a killed study goes on with its next task.
 * @throws study_signal_unknown, and what `run` throws
 */
export async function study(request: StudyRequest): Promise<StudyOutcome> {
  const { loaded, progress, signal } = request;
  refuseUnknownSignals(loaded);
  const base = await run({ ...request, extend: false, until: 'scores' });
  const layout = studyLayoutOf(base.directory);
  const release = takeRunLock(layout.lock, `makes studies in ${layout.root}`);
  try {
    // The lock is ours: nobody who lives writes there.
    sweepTemporaryTree(layout.root);
    if (request.fresh) {
      for (const path of [layout.file, layout.records]) rmSync(path, { recursive: true, force: true });
    }
    const { model } = loadModel(layoutOf(base.directory).model);
    const tasks = planStudies({
      config: loaded.config,
      samples: loaded.samples,
      trainedColumns: [...model.scaler.trained],
    });
    const identity = { base: base.report.configuration_hash, model: base.report.model };
    const store = new RecordStore<StudyRecord>(layout.records);
    const records = store.readAll();
    const nameOf = (task: StudyTask) => recordName(task, identity, loaded);
    const left = tasks.map((task) => ({ task, name: nameOf(task) })).filter(({ name }) => !records.has(name));
    // Half-done tasks that nobody asks for any more, and with --fresh all of them.
    sweepFolders(layout, request.fresh ? [] : left);
    progress.start('studies', tasks.length, tasks.length - left.length);
    await runTasks(left, base.directory, request, ({ task, name }, record) => {
      store.write(name, record);
      records.set(name, record);
      progress.advance('studies', 1, task.id);
    });
    progress.finish('studies');
    signal.throwIfAborted();
    const found: StudyFile = {
      program: { name: 'rmmstream', version: packageVersion },
      configuration_hash: base.report.configuration_hash,
      model: base.report.model,
      seed: loaded.config.study.seed,
      tasks: tasks.map((task) => records.get(nameOf(task))!),
    };
    writeFileAtomic(layout.file, `${JSON.stringify(found, null, 1)}\n`);
    return { directory: layout.root, study: found, known: tasks.length - left.length };
  } finally {
    progress.close();
    release();
  }
}

/** Deletes folders of tasks below the work folder, but for those of `kept`. */
function sweepFolders(
  { work, lock, records }: ReturnType<typeof studyLayoutOf>,
  kept: readonly NamedTask[],
): void {
  const names = new Set([lock, records, ...kept.map(({ name }) => join(work, name))]);
  for (const entry of readdirSync(work, { withFileTypes: true })) {
    const path = join(work, entry.name);
    if (entry.isDirectory() && !names.has(path)) rmSync(path, { recursive: true, force: true });
  }
}

async function runTasks(
  tasks: readonly NamedTask[],
  base: string,
  { loaded, signal }: StudyRequest,
  onRecord: (task: NamedTask, record: StudyRecord) => void,
): Promise<void> {
  const { config } = loaded;
  // On the main thread, before any worker copies the environment.
  prepareNativeLibraries();
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const lanes = config.study.parallel === 0 ? config.engine.workers : config.study.parallel;
  const workerData: StudyWorkerSettings = {
    loaded: alone(loaded),
    base,
    folder: studyLayoutOf(base).work,
    yields: yieldsOf(base),
    stop,
  };
  const pool = new WorkerPool({
    size: Math.max(1, Math.min(lanes, tasks.length)),
    module: new URL('./worker.js', import.meta.url),
    workerData,
    stallTimeoutMs: config.engine.stall_timeout_ms,
    describe: (input) => `study ${(input as NamedTask).task.id}`,
  });
  const tellWorkers = () => void Atomics.store(stop, 0, 1);
  signal.addEventListener('abort', tellWorkers);
  try {
    await pool.runAll<NamedTask, StudyRecord>(tasks, {
      signal,
      onResult: (record, task) => onRecord(task, record),
    });
  } finally {
    signal.removeEventListener('abort', tellWorkers);
    await pool.close();
  }
}

/** Tasks run side by side, each with one thread. */
function alone(loaded: LoadedConfig): LoadedConfig {
  const { config } = loaded;
  return {
    ...loaded,
    config: {
      ...config,
      engine: { ...config.engine, workers: 1 },
      learning: { ...config.learning, threads: 1 },
    },
  };
}

/** Records depend on the base run, the task, its samples and the program, and on nothing else. */
export function recordName(
  task: StudyTask,
  identity: { readonly base: string; readonly model: string },
  { samples }: LoadedConfig,
): string {
  const text = canonicalJson({
    ...identity,
    program: packageVersion,
    task: task as unknown as JsonValue,
    samples: samples.map(({ name, kind, files }) => ({ name, kind, files: files.map((file) => file.name) })),
  });
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
