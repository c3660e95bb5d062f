import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadedConfig } from '../../../lib/config/index.js';
import { backendCandidates, findBackend } from '../../../lib/learning/find-backend.js';
import { highLevelRowsOf } from '../../featurizer/high-level.js';
import type { FileContext } from '../../pipeline/file-context.js';
import { openRunInputs } from '../../pipeline/input-plan.js';
import { layoutOf, type RunLayout } from '../../pipeline/layout.js';
import type { Surroundings } from '../../pipeline/request.js';
import { type RunOutcome, run } from '../../pipeline/run.js';
import { weighInputs } from '../../pipeline/weigh-phase.js';
import { startWorkers } from '../../pipeline/workers.js';
import { MomentsOperator, ScalerOperator } from '../../scaler/operator.js';
import { loadModel } from '../../scorer/model-folder.js';
import { BlockScorer } from '../../scorer/operator.js';
import { scaledExpectation } from '../../scorer/scaled-expectation.js';
import { scorePlanOf } from '../../scorer/score-plan.js';
import { backendChoice } from '../../trainer/config.js';
import type { Rates } from '../rates.js';
import { MessageChain } from './message-chain.js';
import { type PassStages, type PassTally, passMessages } from './message-pass.js';
import { measuredFeatures, measuredScores } from './window-files.js';

/** What a configuration does on this machine with its own files. */
export interface Measured {
  /** Everything but the brokers'. */
  readonly rates: Omit<Rates, 'broker_write' | 'broker_read'>;
  /** Entries that were read, of which selected, of which trained on. */
  readonly entries: number;
  readonly selected: number;
  readonly trained: number;
  /** Of the input files, for each of all their entries. */
  readonly bytesPerEvent: number;
  /** Seconds of processors that the process had in a second while the stages worked. */
  readonly coreShare: number;
}

export interface MeasureRequest extends Pick<Surroundings, 'progress' | 'signal' | 'nowMs'> {
  readonly loaded: LoadedConfig;
  /** Empty; what is made is left there. */
  readonly folder: string;
  /** The stages work for at least so long; the files are gone through twice in any case. */
  readonly seconds: number;
  /** Seconds of processors that the process has had. */
  readonly processorSeconds: () => number;
}

/** Enough for a rate, whatever the configuration trains for. */
const mostEpochs = 2;

/**
 * Measures one core of every stage on the files of a configuration: trains a model in one process for the trainer's
 * rate, then takes the same files through the stages message by message, once to warm up and then until the time is over.
 * @throws what `run` throws
 */
export async function measure(request: MeasureRequest): Promise<Measured> {
  const { progress, folder } = request;
  const { training, input } = request.loaded.config;
  const epochs = Math.min(mostEpochs, training.epochs);
  const config = {
    ...request.loaded.config,
    training: { ...training, epochs, passes: 1 },
    // Of a run without end the files that are there.
    input: { ...input, mode: 'bounded' as const },
  };
  const loaded = { ...request.loaded, config, outputDirectory: join(folder, 'run') };
  const layout = layoutOf(loaded.outputDirectory);
  const { report, trainer } = await train({ ...request, loaded });
  progress.note('taking the events through the stages, message by message');
  const files = await weighedFiles({ ...request, loaded }, layout);
  const { tally, coreShare } = await pass(files, { ...request, loaded }, layout);
  const { entries, rows, seconds, bytes } = tally;
  const trained = report.training.rows;
  return {
    rates: {
      ingest: entries / seconds.ingest,
      selector: entries / seconds.selector,
      featurizer: rows / seconds.featurizer,
      moments: rows / seconds.moments,
      feature_files: rows / seconds.feature_files,
      scaler: rows / seconds.scaler,
      scorer: rows / seconds.scorer,
      trainer,
      events_bytes: bytes.events / entries,
      selected_bytes: bytes.selected / rows,
      features_bytes: bytes.features / rows,
      scaled_bytes: bytes.scaled / rows,
      score_file_bytes: bytes.score_files / rows,
      feature_file_bytes: bytes.feature_files / rows,
      megaset_bytes: bytesBelow(layout.megasets) / trained,
    },
    entries: report.events.read,
    selected: report.events.selected,
    trained,
    bytesPerEvent: bytesPerEntry(files),
    coreShare,
  };
}

/** Trains as `run` does. The first step is left out of the rate: the backend compiles in it. */
async function train(
  request: MeasureRequest,
): Promise<Pick<RunOutcome, 'report'> & { readonly trainer: number }> {
  let [steps, rows, trainSeconds] = [0, 0, 0];
  const { report } = await run({
    ...request,
    fresh: false,
    extend: false,
    until: 'model',
    watch: {
      batch(stage, { eventsIn, seconds }) {
        if (stage !== 'trainer') return;
        steps += 1;
        if (steps === 1) return;
        rows += eventsIn;
        trainSeconds += seconds;
      },
    },
  });
  return { report, trainer: rows / trainSeconds };
}

/** The files as the run weighed them: its records are there. */
async function weighedFiles(request: MeasureRequest, layout: RunLayout): Promise<readonly FileContext[]> {
  const { config, profile } = request.loaded;
  const opened = await openRunInputs(request);
  const alone = { ...config, engine: { ...config.engine, workers: 1 } };
  const settings = { config: alone, profile, directory: layout.root, modelFolder: layout.model, threads: 1 };
  const pool = startWorkers(settings);
  try {
    const { files } = await weighInputs(opened, pool, {
      ...request,
      luminosityPb: config.luminosity_fb * 1000,
      sharedChannels: config.input.shared_channels,
      recordFolder: layout.weighed,
    });
    return files;
  } finally {
    await pool.close();
  }
}

async function pass(
  files: readonly FileContext[],
  { loaded, folder, signal, nowMs, processorSeconds, seconds }: MeasureRequest,
  layout: RunLayout,
): Promise<{ readonly tally: PassTally; readonly coreShare: number }> {
  const { config, profile } = loaded;
  const model = loadModel(layout.model);
  // A copy is planned for a core.
  const { backend } = await findBackend(backendChoice(config), backendCandidates(1, config.learning.device));
  const scorer = await BlockScorer.create(model, backend, config, 1);
  const chain = new MessageChain({ config, profile });
  const { layout: columns } = chain.expected;
  const written = join(folder, 'written');
  const stages: PassStages = {
    chain,
    moments: new MomentsOperator(columns, config.scaler.weights),
    scaler: new ScalerOperator(model.model.scaler, columns.maskWords, highLevelRowsOf(config)),
    scores: measuredScores(scorer, scaledExpectation(config), {
      scores: written,
      blocks: written,
      plan: scorePlanOf(config),
      config,
    }),
    features: measuredFeatures(written, chain.expected),
    windowMessages: config.kafka.sink_window_offsets,
  };
  const around = { steadyMs: nowMs, signal };
  try {
    await passMessages(files, stages, around);
    const [startedMs, before] = [nowMs(), processorSeconds()];
    const passed = () => (nowMs() - startedMs) / 1000;
    let tally = await passMessages(files, stages, around);
    while (passed() < seconds) tally = added(tally, await passMessages(files, stages, around));
    return { tally, coreShare: (processorSeconds() - before) / passed() };
  } finally {
    await scorer.release();
  }
}

function added(a: PassTally, b: PassTally): PassTally {
  return {
    entries: a.entries + b.entries,
    rows: a.rows + b.rows,
    seconds: sums(a.seconds, b.seconds),
    bytes: sums(a.bytes, b.bytes),
  };
}

function sums<Key extends string>(
  a: Readonly<Record<Key, number>>,
  b: Readonly<Record<Key, number>>,
): Record<Key, number> {
  const names = Object.keys(a) as Key[];
  return Object.fromEntries(names.map((name) => [name, a[name] + b[name]])) as Record<Key, number>;
}

function bytesPerEntry(files: readonly FileContext[]): number {
  const sum = (of: (file: FileContext) => number) => files.reduce((total, file) => total + of(file), 0);
  return sum(({ metadata }) => metadata.size) / sum(({ metadata }) => metadata.trees[0]!.entries);
}

function bytesBelow(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
