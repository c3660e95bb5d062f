import { rmSync } from 'node:fs';
import { writeFileAtomic } from '../../lib/base/atomic-file.js';
import { RmmError } from '../../lib/base/error.js';
import { diffConfig, type JsonObject, resultConfig } from '../../lib/config/index.js';
import { RecordStore } from '../../lib/flow/record-store.js';
import { WorkerPool } from '../../lib/flow/worker-pool.js';
import { backendCandidates, findBackend } from '../../lib/learning/find-backend.js';
import { prepareNativeLibraries } from '../../lib/learning/native-settings.js';
import { plannedBrackets, sizeOf } from '../../lib/learning/tuning/plan.js';
import { Schedule } from '../../lib/learning/tuning/schedule.js';
import { boundSpace, drawCandidate } from '../../lib/learning/tuning/space.js';
import { featurizerOf } from '../featurizer/config.js';
import { openRunDirectory } from '../pipeline/run-directory.js';
import { backendChoice } from '../trainer/config.js';
import { rowsOf } from '../trainer/megaset-store.js';
import { bestConfiguration } from './best-config.js';
import { checkSearch } from './check-search.js';
import { planOf, spaceOf } from './config.js';
import { backgroundFeatures, clearFeatures } from './features.js';
import { sampleIdentity, tuneManifest } from './identity.js';
import { amplifiedFiles, openBackground } from './inputs.js';
import { madeBySearch, type TuneLayout, tuneLayoutOf } from './layout.js';
import { trialsPicture } from './picture.js';
import type { TuneRequest } from './request.js';
import { checkValidation, knownSample, makeSample, type Sample } from './sample.js';
import { Search } from './search.js';
import { isSound, type PageFacts, trialsPage, trialsTable } from './tables.js';
import type { TrialOutcome, TrialTask } from './train-trial.js';
import { errorOf, ranked, settingsHash, type TrialRecord } from './trial-record.js';
import type { TuneWorkerSettings } from './worker.js';

/** Features take less than this for each entry; the check of the disk uses it. */
const bytesPerEntry = 300;

export interface TuneOutcome {
  readonly directory: string;
  /** `nothing-new`: every trial was on record already. */
  readonly state: 'done' | 'nothing-new';
  readonly best: {
    readonly id: string;
    readonly error: number;
    readonly epochs: number;
    readonly latent: number;
    readonly learning_rate: number;
  };
  readonly trials: number;
  readonly diverged: number;
  /** Epochs that this search took, those on record before included. */
  readonly epochs: number;
  readonly reused_epochs: number;
  readonly sample: { readonly training: number; readonly validation: number };
}

/** Searches for the network and learning rate with the least validation error, and writes what it found. */
export async function tune(request: TuneRequest): Promise<TuneOutcome> {
  const { loaded, progress } = request;
  for (const stage of ['inputs', 'weights', 'features', 'sample', 'tune']) progress.plan(stage);
  checkSearch(loaded, featurizerOf(loaded.config).layout.names);
  const opened = await openBackground(request);
  const manifest = tuneManifest(loaded, opened);
  const layout = tuneLayoutOf(request.directory);
  const { state, release } = openRunDirectory({
    directory: request.directory,
    manifest,
    fresh: request.fresh,
    extend: request.extend,
    differences: (found, asked) => diffConfig(found as JsonObject, asked as JsonObject),
    bytesNeeded: opened.reduce((sum, { entries }) => sum + entries, 0) * bytesPerEntry,
  });
  try {
    if (state === 'new')
      for (const path of madeBySearch(layout)) rmSync(path, { recursive: true, force: true });
    const identity = sampleIdentity(manifest, loaded);
    const { maskWords } = featurizerOf(loaded.config).layout;
    let sample = knownSample(layout, identity.fingerprint, maskWords);
    if (sample === undefined) {
      const source = await backgroundFeatures(opened, manifest, layout.run, request);
      sample = await makeSample(source, layout, identity, maskWords, request);
    }
    clearFeatures(layout.run);
    checkValidation(sample);
    const amplified = await amplifiedFiles(opened, loaded.profile.tree);
    if (amplified.length > 0)
      progress.note(`amplified input (${amplified.join(', ')}): its errors say nothing of physics`);
    return await searchSample(sample, layout, amplified, request);
  } finally {
    progress.close();
    release();
  }
}

async function searchSample(
  sample: Sample,
  layout: TuneLayout,
  amplified: readonly string[],
  request: TuneRequest,
): Promise<TuneOutcome> {
  const { loaded, progress, signal, nowMs } = request;
  const { config } = loaded;
  const space = boundSpace(spaceOf(config), sample.scaler.trained.length);
  // On the main thread, before any worker copies the environment.
  prepareNativeLibraries();
  const { backend } = await findBackend(
    backendChoice(config),
    backendCandidates(config.tune.threads, config.learning.device),
  );
  const settings = settingsOf(sample, backend, request);
  const plan = planOf(config);
  const rows = rowsOf(sample.plan, 0);
  const isEndless = plan.endless && plan.trials === 0 && plan.epochs === 0;
  progress.start('tune', isEndless ? 0 : sizeOf(plan).epochs * rows);
  const stop = new Int32Array(new SharedArrayBuffer(4));
  const pool = startTrialWorkers(sample, layout, stop, request);
  const used = { all: 0, reused: 0 };
  let best: TrialRecord | undefined;
  const search = new Search({
    schedule: new Schedule(plannedBrackets(plan)),
    draw: (trial) => drawCandidate(space, config.tune.seed, trial),
    sample: sample.fingerprint,
    settings,
    store: new RecordStore<TrialRecord>(layout.trials),
    checkpointFolder: layout.checkpoints,
    lanes: config.tune.workers,
    train: (task: TrialTask) =>
      pool.run<TrialOutcome>(task, (step) => progress.advance('tune', step as number)),
    seconds: config.tune.minutes > 0 ? 60 * config.tune.minutes : Number.POSITIVE_INFINITY,
    nowMs,
    signal,
    onTrial: (record, epochs, isReused) => {
      used.all += epochs;
      if (isReused) used.reused += epochs;
      best = best === undefined ? record : ranked([best, record])[0]!;
      progress.advance('tune', isReused ? epochs * rows : 0, noteOf(best, used.all));
    },
  });
  const tellWorkers = () => void Atomics.store(stop, 0, 1);
  signal.addEventListener('abort', tellWorkers);
  const report = () =>
    writeOutputs(ranked(search.comparable), layout, loaded, {
      trainingEvents: rows,
      validationEvents: rowsOf(sample.plan, 1),
      trainedColumns: sample.scaler.trained.length,
      algorithm: plan.algorithm,
      backend,
      amplified,
    });
  try {
    await search.run();
  } catch (error) {
    // What is finished can be looked at; that workers ended is no failure.
    if (signal.aborted) report();
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', tellWorkers);
    await pool.close();
  }
  rmSync(layout.checkpoints, { recursive: true, force: true });
  progress.finish('tune');
  const records = report();
  return outcomeOf(records, used, sample, request);
}

/** Results depend on all of these; the space, the budget and the search's own seed only say which trials are made. */
function settingsOf(
  { fingerprint, scaler }: Sample,
  { name, version }: { readonly name: string; readonly version: string },
  { loaded }: TuneRequest,
): string {
  const { batch_events, loss, clip, seed } = resultConfig(loaded.config).training as JsonObject;
  return settingsHash({
    sample: fingerprint,
    scaler: scaler.id,
    backend: { name, version },
    training: { batch_events: batch_events!, loss: loss!, clip: clip!, seed: seed! },
  });
}

function startTrialWorkers(
  sample: Sample,
  { checkpoints }: TuneLayout,
  stop: Int32Array,
  { loaded }: TuneRequest,
): WorkerPool {
  const { config } = loaded;
  const settings: TuneWorkerSettings = { config, sample, checkpoints, stop };
  return new WorkerPool({
    size: config.tune.workers,
    module: new URL('./worker.js', import.meta.url),
    workerData: settings,
    stallTimeoutMs: config.engine.stall_timeout_ms,
    describe: (task) => `trial ${(task as TrialTask).id}`,
  });
}

function writeOutputs(
  records: TrialRecord[],
  layout: TuneLayout,
  loaded: TuneRequest['loaded'],
  facts: PageFacts,
): TrialRecord[] {
  if (records.length === 0) return records;
  writeFileAtomic(layout.table, trialsTable(records));
  writeFileAtomic(layout.page, trialsPage(records, facts));
  writeFileAtomic(layout.picture, trialsPicture(records));
  const best = records.find(isSound);
  if (best !== undefined) writeFileAtomic(layout.best, bestConfiguration(best, loaded, layout.run.root));
  return records;
}

function outcomeOf(
  records: readonly TrialRecord[],
  used: { readonly all: number; readonly reused: number },
  { plan }: Sample,
  { directory }: TuneRequest,
): TuneOutcome {
  const best = records.find(isSound);
  if (best === undefined) {
    throw new RmmError(
      'tune_all_diverged',
      `all ${records.length} trials diverged; ${directory}/trials.md has the reason of each; give smaller learning rates in tune.space`,
    );
  }
  const { id, latent, learning_rate, errors } = best;
  return {
    directory,
    state: used.reused === used.all ? 'nothing-new' : 'done',
    best: { id, error: errorOf(best), epochs: errors.length, latent, learning_rate },
    trials: records.length,
    diverged: records.filter((record) => record.diverged !== undefined).length,
    epochs: used.all,
    reused_epochs: used.reused,
    sample: { training: rowsOf(plan, 0), validation: rowsOf(plan, 1) },
  };
}

function noteOf(best: TrialRecord, epochs: number): string {
  const shown = isSound(best) ? `best ${errorOf(best).toPrecision(4)}, latent ${best.latent}` : 'none sound';
  return `${epochs} epochs, ${shown}`;
}
