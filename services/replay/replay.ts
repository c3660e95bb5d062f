import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeFileAtomic } from '../../lib/base/atomic-file.js';
import { RmmError } from '../../lib/base/error.js';
import { packageVersion } from '../../lib/base/package-root.js';
import { diffConfig, type JsonObject, resultConfig } from '../../lib/config/index.js';
import { positionOf } from '../../lib/flow/partitions/hop-position.js';
import { RecordStore } from '../../lib/flow/record-store.js';
import { backendCandidates, findBackend } from '../../lib/learning/find-backend.js';
import type { Progress } from '../../lib/telemetry/progress.js';
import { deadMessagesOf } from '../dead-letters/dead-messages.js';
import { featurizerOf } from '../featurizer/config.js';
import { kafkaLayoutOf } from '../kafka/claim-directory.js';
import type { RunView } from '../kafka/run-view.js';
import { stages } from '../kafka/stages.js';
import { layoutOf } from '../pipeline/layout.js';
import { openRunDirectory } from '../pipeline/run-directory.js';
import { scoresRecord } from '../pipeline/scores-record.js';
import { refuseMisfit } from '../scorer/model-fit.js';
import type { LoadedModel } from '../scorer/model-folder.js';
import { BlockScorer } from '../scorer/operator.js';
import { scorePlanOf } from '../scorer/score-plan.js';
import { backendChoice } from '../trainer/config.js';
import { modelNamed } from './replay-model.js';
import { type ReplayedWindow, type ReplaySpan, replayPartition, rowsOf } from './replay-windows.js';

export interface ReplayRequest {
  /** Model folder, or id of a model of the run. */
  readonly model: string;
  readonly currentDirectory: string;
  /** Undefined: replays/ID in the run's output directory. */
  readonly output: string | undefined;
  readonly fresh: boolean;
  readonly progress: Progress;
  readonly nowMs: () => number;
}

export interface ReplayOutcome {
  readonly directory: string;
  readonly model: string;
  readonly scaler: string;
  readonly scored: number;
  readonly late: number;
  readonly files: number;
  readonly unusable_messages: number;
  readonly samples: Readonly<Record<string, number>>;
}

/** Bytes of a row in a score file at most. */
const bytesPerRow = 200;

/**
 * Scores everything that is on the topic features with a model and the scaler in it (decisions.md 16), into a
 * directory of its own. A killed replay goes on where it stopped.
 * @throws model_missing, model_corrupt, model_mismatch, run_changed, not_a_run, kafka_data_lost
 */
export async function replay(run: RunView, request: ReplayRequest): Promise<ReplayOutcome> {
  const { client, names, loaded } = run;
  const { progress, nowMs } = request;
  const model = await modelNamed(run, request.model, request.currentDirectory);
  refuseMisfit(model, loaded, 'the run');
  const spans = await client.admin.offsets(names.topic('features'));
  refuseLoss(spans, names.topic('features'));
  const directory = resolve(
    request.currentDirectory,
    request.output ?? join(loaded.outputDirectory, 'replays', model.id),
  );
  const rows = await selectedRows(run);
  const release = openDirectory(run, request, model, directory, rows);
  const startedMs = nowMs();
  try {
    progress.start('replay', rows);
    const layout = layoutOf(directory);
    const store = new RecordStore<ReplayedWindow>(layout.scored);
    const work = {
      run,
      scorer: await scorerOf(run, model),
      expected: {
        layout: featurizerOf(loaded.config).layout,
        megasets: loaded.config.training.megasets,
      },
      dead: await deadMessagesOf(run, names.topic('features'), run.signal),
      files: {
        scores: layout.scores,
        blocks: join(layout.work, 'blocks'),
        plan: scorePlanOf(loaded.config),
        config: loaded.config,
      },
      store,
      known: store.readAll(),
      onRows: (done: number, isKept: boolean) =>
        progress.advance('replay', done, isKept ? 'passing over finished windows' : ''),
    };
    const windows: ReplayedWindow[] = [];
    for (const span of spans) windows.push(...(await replayPartition(work, span)));
    progress.finish('replay');
    const outcome = outcomeOf(directory, model, windows);
    const { scored, late, unusable_messages, samples } = outcome;
    const report = {
      program: { name: 'rmmstream', version: packageVersion },
      configuration_hash: run.view.state.run!.configuration_hash,
      replay: true,
      model: model.id,
      scaler: outcome.scaler,
      scores: scoresRecord(loaded.config, model),
      events: { scored, late, unusable_messages },
      samples: Object.fromEntries(Object.entries(samples).map(([name, count]) => [name, { scored: count }])),
      timing: { seconds: (nowMs() - startedMs) / 1000 },
    };
    writeFileAtomic(layout.runJson, `${JSON.stringify(report, null, 1)}\n`);
    return outcome;
  } finally {
    progress.close();
    release();
  }
}

/** Takes the directory, for this model and these topics. */
function openDirectory(
  { loaded, view, names }: RunView,
  { fresh }: ReplayRequest,
  { id }: LoadedModel,
  directory: string,
  rows: number,
): () => void {
  if (existsSync(kafkaLayoutOf(directory).claim)) {
    throw new RmmError(
      'output_unwritable',
      `${directory} holds the run itself; choose another directory with --output`,
      { context: { directory } },
    );
  }
  const { config } = loaded;
  const settled = {
    model: id,
    topics: `${names.prefix} ${view.state.run!.topics}`,
    scores: resultConfig(config).scores!,
    kafka: { sink_window_offsets: config.kafka.sink_window_offsets },
    learning: { score_batch_events: config.learning.score_batch_events },
    output: { codec: config.output.codec, row_group_events: config.output.row_group_events },
  };
  const { release } = openRunDirectory({
    directory,
    manifest: {
      version: 1,
      program: packageVersion,
      configurationHash: createHash('sha256').update(JSON.stringify(settled)).digest('hex'),
      configuration: settled,
      inputs: [],
    },
    fresh,
    extend: false,
    differences: (found, asked) => diffConfig(found as JsonObject, asked as JsonObject),
    bytesNeeded: rows * bytesPerRow,
  });
  return release;
}

async function scorerOf({ loaded }: RunView, model: LoadedModel): Promise<BlockScorer> {
  const { learning } = loaded.config;
  const { backend } = await findBackend(
    backendChoice(loaded.config),
    backendCandidates(learning.threads, learning.device),
  );
  return BlockScorer.create(model, backend, loaded.config, learning.threads);
}

/** Rows on features, as far as positions tell; 0 where they are forgotten. */
async function selectedRows({ client, names }: RunView): Promise<number> {
  const { role, topic } = stages.featurizer;
  const committed = await client.admin.committed(names.group(role), names.topic(topic));
  return [...committed.values()].reduce((sum, offset) => sum + positionOf(offset).eventsOut, 0);
}

function refuseLoss(spans: readonly ReplaySpan[], topic: string): void {
  const lost = spans.find(({ first }) => first > 0);
  if (lost === undefined) return;
  throw new RmmError(
    'kafka_data_lost',
    `partition ${lost.partition} of ${topic} begins at offset ${lost.first}: what was before is gone`,
    { context: { topic, partition: lost.partition } },
  );
}

function outcomeOf(
  directory: string,
  { id, model }: LoadedModel,
  windows: readonly ReplayedWindow[],
): ReplayOutcome {
  const sum = (of: (window: ReplayedWindow) => number) =>
    windows.reduce((total, window) => total + of(window), 0);
  const names = [...new Set(windows.flatMap(({ rows }) => Object.keys(rows)))].sort();
  return {
    directory,
    model: id,
    scaler: model.scaler.id,
    scored: sum(rowsOf),
    late: sum(({ late }) => late),
    files: sum(({ hasFile }) => (hasFile ? 1 : 0)),
    unusable_messages: sum(({ unusable }) => unusable),
    samples: Object.fromEntries(names.map((name) => [name, sum(({ rows }) => rows[name] ?? 0)])),
  };
}
