import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { writeFileAtomic } from '../../lib/base/atomic-file.js';
import { RmmError } from '../../lib/base/error.js';
import { packageVersion } from '../../lib/base/package-root.js';
import { type Config, diffConfig, type JsonObject, type Profile } from '../../lib/config/index.js';
import { RecordStore } from '../../lib/flow/record-store.js';
import { refuseMisfit, settingsOf } from '../scorer/model-fit.js';
import { type LoadedModel, loadModel } from '../scorer/model-folder.js';
import { selectionOf } from '../selector/config.js';
import type { Alteration } from './altered-events.js';
import { eventCounts, sampleCutFlows } from './cutflow.js';
import { rangesOf } from './feature-phase.js';
import { inOrder } from './fixed-order.js';
import { openInputs, type PlannedSample } from './input-plan.js';
import { layoutOf } from './layout.js';
import type { RangeRecord } from './records.js';
import { StageTimes, type Surroundings } from './request.js';
import { openRunDirectory } from './run-directory.js';
import { runPhase } from './run-phase.js';
import { scoresRecord } from './scores-record.js';
import type { DirectScoreTask, WorkerSettings } from './tasks.js';
import { weighInputs } from './weigh-phase.js';
import { startWorkers } from './workers.js';

export interface ScoreRequest extends Surroundings {
  /** A model folder or .zip. */
  readonly modelFolder: string;
  readonly samples: readonly PlannedSample[];
  readonly outputDirectory: string;
  readonly fresh: boolean;
  /** Settings that do not change results: engine, learning threads, output; and what the model does not say. */
  readonly base: Config;
  /** What is changed of selected events before they are scored; nothing unless a study asks for it. */
  readonly alteration?: Alteration;
}

export interface ScoreOutcome {
  readonly directory: string;
  readonly state: 'done' | 'finished-before';
  readonly model: string;
  readonly read: number;
  readonly scored: number;
}

/**
 * Scores files with a finished model, whose selection, features, profile and luminosity hold. Nothing is kept
 * between file and scores. A killed process goes on where it stopped.
 * @throws model_missing, model_corrupt, model_mismatch, and what opening inputs throws
 */
export async function scoreFiles(request: ScoreRequest): Promise<ScoreOutcome> {
  const { progress, signal, nowMs } = request;
  const times = new StageTimes(nowMs);
  const loaded = loadModel(request.modelFolder);
  refuseModelInOutput(request);
  const { config, profile } = modelsOwn(loaded, request.base);
  const opened = await openInputs(request.samples, {
    config,
    profile,
    verify: config.input.verify_inputs,
    signal,
    onFile: () => undefined,
  });
  const settled = {
    model: loaded.id,
    engine: { range_events: config.engine.range_events },
    learning: { score_batch_events: config.learning.score_batch_events },
    output: { codec: config.output.codec, row_group_events: config.output.row_group_events },
    ...(request.alteration === undefined ? {} : { alteration: { ...request.alteration } }),
  };
  const { layout, state, release } = openRunDirectory({
    directory: request.outputDirectory,
    manifest: {
      version: 1,
      program: packageVersion,
      configurationHash: createHash('sha256').update(JSON.stringify(settled)).digest('hex'),
      configuration: settled,
      inputs: opened.map(({ sample, kind, name, fingerprint, entries }) => ({
        sample,
        kind,
        file: name,
        fingerprint,
        entries,
      })),
    },
    fresh: request.fresh,
    extend: false,
    differences: (found, asked) => diffConfig(found as JsonObject, asked as JsonObject),
    bytesNeeded: opened.reduce((sum, { entries }) => sum + entries, 0) * 200,
  });
  const settings: WorkerSettings = {
    config,
    profile,
    directory: layout.root,
    modelFolder: request.modelFolder,
    threads: Math.max(1, Math.floor(config.learning.threads / config.engine.workers)),
    ...(request.alteration === undefined ? {} : { alteration: request.alteration }),
  };
  const pool = startWorkers(settings);
  try {
    const known = new RecordStore<RangeRecord>(layout.ranges).readAll();
    // A score file that somebody deleted is made again.
    const lost = [...known.keys()].filter((name) => !existsSync(join(layout.scores, `${name}.parquet`)));
    for (const name of lost) known.delete(name);
    const isWhole = lost.length === 0 && existsSync(layout.runJson) && existsSync(layout.cutflowJson);
    if (state === 'finished' && isWhole)
      return outcome('finished-before', layout.root, loaded, [...known.values()]);
    const { files } = await weighInputs(opened, pool, {
      ...request,
      luminosityPb: config.luminosity_fb * 1000,
      sharedChannels: 'any',
      recordFolder: layout.weighed,
    });
    const ranges = rangesOf(files, config.engine.range_events);
    const tasks = ranges
      .filter(({ name }) => !known.has(name))
      .map((range): DirectScoreTask => ({ kind: 'direct', range }));
    const total = ranges.reduce((sum, { count }) => sum + count, 0);
    const done = [...known.values()].reduce((sum, { entries }) => sum + entries, 0);
    times.start('score');
    await runPhase<DirectScoreTask, RangeRecord>(pool, tasks, {
      ...request,
      phase: 'score',
      events: { done, total },
      onResult: (record) => known.set(record.name, record),
    });
    times.finish('score', total);
    const records = inOrder(known.values());
    const flows = sampleCutFlows(records, request.samples, selectionOf(config));
    writeFileAtomic(
      layout.cutflowJson,
      `${JSON.stringify({ version: packageVersion, samples: flows }, null, 1)}\n`,
    );
    const { selected = 0, ...rejected } = eventCounts(records);
    const report = {
      program: { name: 'rmmstream', version: packageVersion },
      model: loaded.id,
      scaler: loaded.model.scaler.id,
      scores: scoresRecord(config, loaded),
      inputs: files.map(({ sample, name, fingerprint, entries }) => ({
        sample,
        file: name,
        fingerprint,
        entries,
      })),
      events: { read: total, selected, rejected, scored: selected },
      timing: times.report(),
    };
    writeFileAtomic(layout.runJson, `${JSON.stringify(report, null, 1)}\n`);
    writeFileAtomic(layout.finished, '{}');
    return outcome('done', layout.root, loaded, records);
  } finally {
    progress.close();
    await pool.close();
    release();
  }
}

function outcome(
  state: ScoreOutcome['state'],
  directory: string,
  { id }: LoadedModel,
  records: readonly RangeRecord[],
): ScoreOutcome {
  return {
    directory,
    state,
    model: id,
    read: records.reduce((sum, { entries }) => sum + entries, 0),
    scored: records.reduce((sum, { rows }) => sum + rows, 0),
  };
}

/** Scores go to a directory of their own: --fresh would delete the model that they are made with. */
function refuseModelInOutput({ modelFolder, outputDirectory }: ScoreRequest): void {
  const { model, modelZip } = layoutOf(resolve(outputDirectory));
  if ([model, modelZip].every((path) => relative(path, resolve(modelFolder)) !== '')) return;
  throw new RmmError(
    'output_unwritable',
    `the output directory ${outputDirectory} holds the model ${modelFolder}; choose another with --output`,
    { context: { directory: outputDirectory } },
  );
}

/** The model's own settings over the base; a model whose features this program lays out otherwise is refused. */
function modelsOwn(loaded: LoadedModel, base: Config): { config: Config; profile: Profile } {
  const { settings, profile } = settingsOf(loaded);
  const config: Config = { ...base, ...settings };
  refuseMisfit(loaded, { config, profile }, 'what this program makes with its settings');
  return { config, profile };
}
