import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../lib/base/atomic-file.js';
import { fromSystemError } from '../../lib/base/error.js';
import { packageVersion } from '../../lib/base/package-root.js';
import { diffConfig, type JsonObject } from '../../lib/config/index.js';
import { RecordStore } from '../../lib/flow/record-store.js';
import type { WorkerPool } from '../../lib/flow/worker-pool.js';
import { featurizerOf } from '../featurizer/config.js';
import { selectionOf } from '../selector/config.js';
import { checkpointPaths } from '../trainer/checkpoint-keeper.js';
import { checkTraining } from '../trainer/training-problems.js';
import { channelWatch } from './channel-watch.js';
import { sampleCutFlows } from './cutflow.js';
import { countDuplicates } from './duplicates.js';
import { evaluate } from './evaluation.js';
import { excludedColumns } from './excluded-columns.js';
import { makeFeatures, rangesOf } from './feature-phase.js';
import { type OpenedFile, openRunInputs } from './input-plan.js';
import type { RunLayout } from './layout.js';
import { type Manifest, manifestOf } from './manifest.js';
import type { ScoredRecord } from './records.js';
import { type RunReport, refuseDuplicates, runReport } from './report.js';
import { type RunRequest, StageTimes } from './request.js';
import { openRunDirectory } from './run-directory.js';
import { scoreRanges } from './score-phase.js';
import { partsOfRanges } from './scored-parts.js';
import type { WorkerSettings } from './tasks.js';
import { makeModel, trainedRows } from './train-phase.js';
import { joinWatches, phases } from './watch.js';
import { watchedProgress } from './watched-progress.js';
import { weighInputs } from './weigh-phase.js';
import { startWorkers } from './workers.js';

/** Features, scores and the training store take less than this for each entry; the check of the disk uses it. */
const bytesPerEntry = 600;

export interface RunOutcome {
  readonly directory: string;
  /** `finished-before`: the directory held this very run, finished; nothing was done. */
  readonly state: 'done' | 'finished-before';
  readonly report: RunReport;
}

/**
 * The main job in one process: from ROOT files to scores. What an earlier, killed process of the same run
 * finished is kept; the files are the same, byte for byte, however often it was killed (decisions.md 12).
 */
export async function run(request: RunRequest): Promise<RunOutcome> {
  const watch = request.watch === undefined ? channelWatch : joinWatches([request.watch, channelWatch]);
  const progress = watchedProgress(request.progress, watch);
  try {
    return await runAllPhases({ ...request, progress, watch });
  } catch (error) {
    progress.fail(request.signal.aborted ? undefined : error);
    throw error;
  }
}

async function runAllPhases(request: RunRequest): Promise<RunOutcome> {
  const { loaded, progress, nowMs } = request;
  const { config, profile } = loaded;
  const times = new StageTimes(nowMs);
  for (const phase of phases) progress.plan(phase);
  checkTraining(loaded, featurizerOf(config).layout.names);
  const opened = await openRunInputs(request);
  const manifest = manifestOf(loaded, opened);
  const { layout, state, release } = openRunDirectory({
    directory: loaded.outputDirectory,
    manifest,
    fresh: request.fresh,
    extend: request.extend,
    differences: (found, asked) => diffConfig(found as JsonObject, asked as JsonObject),
    bytesNeeded: opened.reduce((sum, { entries }) => sum + entries, 0) * bytesPerEntry,
  });
  try {
    request.watch?.opened?.(layout.root);
    if (state === 'finished' && isWhole(layout)) {
      // A kill may have come between the marker and the clearing.
      clearWork(layout, config.output.keep_features);
      return { directory: layout.root, state: 'finished-before', report: readReport(layout.runJson) };
    }
    if (state === 'resumed') progress.note('going on where an earlier run stopped');
    if (state === 'extended')
      progress.note('taking in added files: finished ranges are kept, scaler and model are made again');
    const settings: WorkerSettings = {
      config,
      profile,
      directory: layout.root,
      modelFolder: layout.model,
      threads: Math.max(1, Math.floor(config.learning.threads / config.engine.workers)),
    };
    const pool = startWorkers(settings);
    try {
      return await work(request, { opened, manifest, layout, pool, times });
    } finally {
      await pool.close();
    }
  } finally {
    progress.close();
    release();
  }
}

interface Work {
  readonly opened: readonly OpenedFile[];
  readonly manifest: Manifest;
  readonly layout: RunLayout;
  readonly pool: WorkerPool;
  readonly times: StageTimes;
}

async function work(
  request: RunRequest,
  { opened, manifest, layout, pool, times }: Work,
): Promise<RunOutcome> {
  const { config, profile } = request.loaded;
  times.start('weights');
  const { files, weights } = await weighInputs(opened, pool, {
    ...request,
    luminosityPb: config.luminosity_fb * 1000,
    sharedChannels: config.input.shared_channels,
    recordFolder: layout.weighed,
  });
  times.finish(
    'weights',
    files.reduce((sum, { entries }) => sum + entries, 0),
  );

  times.start('features');
  const ranges = rangesOf(files, config.engine.range_events);
  const records = await makeFeatures(ranges, pool, layout, request);
  times.finish(
    'features',
    records.reduce((sum, { entries }) => sum + entries, 0),
  );
  const cutFlows = sampleCutFlows(records, request.loaded.samples, selectionOf(config));
  writeFileAtomic(
    layout.cutflowJson,
    `${JSON.stringify({ version: packageVersion, samples: cutFlows }, null, 1)}\n`,
  );
  const duplicates = await countDuplicates(records, layout.features, request.signal);
  refuseDuplicates(duplicates, config.input.duplicates);

  const featureLayout = featurizerOf(config).layout;
  const { configurationHash: hash } = manifest;
  const excluded = await excludedColumns(records, featureLayout, layout, request);
  times.start('train');
  const loaded = await makeModel(records, {
    ...request,
    config,
    profile,
    configurationHash: hash,
    featureLayout,
    layout,
    excluded,
  });
  times.finish('train', trainedRows(loaded));

  const reported = files.map(({ metadata, ...file }) => ({
    ...file,
    bytes: metadata.size,
    weights: weights.get(file.fingerprint),
  }));
  const parts = {
    given: request.loaded,
    manifest,
    files: reported,
    records,
    cutFlows,
    duplicates,
    loaded,
    excluded,
  };
  if (request.until === 'model') {
    return {
      directory: layout.root,
      state: 'done',
      report: runReport({ ...parts, scored: 0, evaluation: undefined, timing: times.report() }),
    };
  }
  times.start('score');
  const scored = await scoreRanges(records, loaded, pool, layout, request);
  times.finish('score', scored);
  times.start('evaluate');
  const evaluation = await evaluate(partsOfRanges(records, layout.scores, config), config, request);
  times.finish('evaluate', scored);
  const report = runReport({ ...parts, scored, evaluation, timing: times.report() });
  writeFileAtomic(layout.runJson, `${JSON.stringify(report, null, 1)}\n`);
  writeFileAtomic(layout.finished, '{}');
  clearWork(layout, config.output.keep_features);
  return { directory: layout.root, state: 'done', report };
}

/** False where somebody deleted outputs of a finished run: they are made again. */
function isWhole(layout: RunLayout): boolean {
  const scored = new RecordStore<ScoredRecord>(layout.scored).readAll();
  const paths = [...scored.keys()].map((name) => join(layout.scores, `${name}.parquet`));
  const others = [layout.runJson, layout.cutflowJson, layout.model, layout.modelZip];
  return [...paths, ...others].every((path) => existsSync(path));
}

/** Deletes what only an unfinished run needs. */
function clearWork(layout: RunLayout, keepFeatures: boolean): void {
  for (const path of [layout.megasets, ...checkpointPaths(layout.checkpoint), layout.members])
    rmSync(path, { recursive: true, force: true });
  if (!keepFeatures) rmSync(layout.features, { recursive: true, force: true });
}

function readReport(path: string): RunReport {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as RunReport;
  } catch (error) {
    throw fromSystemError(error, 'reading', path);
  }
}
