import type { AtomicFile } from '../../lib/base/atomic-file.js';
import { RmmError } from '../../lib/base/error.js';
import { prepareAll } from '../../lib/base/prepared.js';
import { ingestTimeOf } from '../../lib/flow/partitions/ingest-time.js';
import type { Tenure } from '../../lib/flow/partitions/partition-runner.js';
import { sinkBody } from '../../lib/flow/partitions/sink.js';
import type { PreparedWindow, SinkWindow, WindowWriter } from '../../lib/flow/partitions/sink-options.js';
import type { FetchedMessage, OutgoingMessage } from '../../lib/kafka/client.js';
import { createScoreColumns } from '../../lib/learning/score-plan.js';
import { ownRowColumns } from '../featurizer/row-columns.js';
import { kafkaLayoutOf } from '../kafka/claim-directory.js';
import type { ServiceContext } from '../kafka/context.js';
import { letterMessage, wholeLetter } from '../kafka/letters.js';
import { progressMessage } from '../kafka/progress-records.js';
import { partitionedPart, type ServicePart } from '../kafka/service-part.js';
import { refuseTooLarge } from '../kafka/stage-hop.js';
import { sinkSettings } from '../kafka/stage-sink.js';
import { StageView } from '../kafka/stage-view.js';
import { stages } from '../kafka/stages.js';
import { layoutOf } from '../pipeline/layout.js';
import type { RowExpectation } from '../wire/features.js';
import { decodeScaled, type ScaledWire } from '../wire/scaled.js';
import { Models } from './models.js';
import type { BlockScorer } from './operator.js';
import { scaledExpectation } from './scaled-expectation.js';
import { scorePlanOf } from './score-plan.js';
import { type ScoreFiles, ScoreWindow } from './score-window.js';
import { sweepWindows, windowName } from './window-names.js';

/** Scaled rows and models to score files. */
export function scoreSinkPart(context: ServiceContext): ServicePart {
  return {
    name: stages.scorer.role,
    async run(signal) {
      const models = new Models(context, signal);
      try {
        await scoringPart(context, models).run(signal);
      } finally {
        models.close();
      }
    },
  };
}

function scoringPart(context: ServiceContext, models: Models): ServicePart {
  const stage = stages.scorer;
  const view = new StageView(context, stage);
  const { config, outputDirectory } = context.loaded;
  const work: ScoringWork = {
    context,
    view,
    models,
    expected: scaledExpectation(config),
    files: {
      scores: layoutOf(outputDirectory).scores,
      blocks: kafkaLayoutOf(outputDirectory).blocks,
      plan: scorePlanOf(config),
      config,
    },
  };
  const body = sinkBody({
    ...sinkSettings(context, stage, view),
    sweep: (partition) =>
      sweepWindows(
        [work.files.scores, work.files.blocks],
        'scaled',
        context.view.state.run!.topics,
        partition,
      ),
    gate: (signal) => models.first(signal),
    announce: (partition, to) =>
      context.view.state.scoringTo(partition) >= to
        ? undefined
        : {
            topic: context.names.topic('progress'),
            messages: [progressMessage({ type: 'scoring', partition, to })],
          },
    open: (window, tenure) => new ScoreWriter(work, window, tenure),
  });
  return partitionedPart(context, stage, view, body);
}

/** What all windows of a copy share. */
interface ScoringWork {
  readonly context: ServiceContext;
  readonly view: StageView;
  readonly models: Models;
  readonly expected: RowExpectation;
  readonly files: ScoreFiles;
}

/** One window: blocks are scored as they come and written at its end, a file for each model. */
class ScoreWriter implements WindowWriter {
  readonly #work: ScoringWork;
  readonly #window: SinkWindow;
  readonly #tenure: Tenure;
  readonly #byModel = new Map<string, ScoreWindow>();
  readonly #letters: OutgoingMessage[] = [];
  /** When ingest read the blocks that are in no file yet. */
  #ingestedMs: number[] = [];

  constructor(work: ScoringWork, window: SinkWindow, tenure: Tenure) {
    this.#work = work;
    this.#window = window;
    this.#tenure = tenure;
  }

  async add(
    message: FetchedMessage,
    isRepeated: boolean,
    waited: (ms: number) => void,
  ): Promise<number | undefined> {
    const { context, expected } = this.#work;
    let block: ScaledWire;
    try {
      refuseTooLarge(message, context.loaded.config.kafka.topics.max_message_bytes);
      block = decodeScaled(message, expected);
    } catch (error) {
      return this.#refuse(message, error);
    }
    const use = async (scorer: BlockScorer) => {
      const scores = createScoreColumns(this.#work.files.plan, block.record.rows);
      try {
        await scorer.scoreScaled(block.scaled, scores, 0);
      } catch (error) {
        return this.#refuse(message, error);
      }
      const { source, record, columns } = block;
      const ingestedMs = ingestTimeOf(message.headers);
      if (ingestedMs !== undefined && !isRepeated) this.#ingestedMs.push(ingestedMs);
      this.#windowOf(scorer).add({ source, record, columns: ownRowColumns(columns, record.rows), scores });
      return record.rows;
    };
    return await this.#work.models.use(message.offset, this.#tenure, use, waited);
  }

  /** Makes a dead letter of a message whose data are at fault. */
  #refuse(message: FetchedMessage, error: unknown): undefined {
    if (!(error instanceof RmmError) || error.domain !== 'data') throw error;
    const place = { topic: this.#work.context.names.topic('scaled'), partition: this.#window.partition };
    const { max_message_bytes: mostBytes } = this.#work.context.loaded.config.kafka.topics;
    this.#letters.push(letterMessage(wholeLetter(message, place, stages.scorer.role, error, mostBytes)));
    return undefined;
  }

  prepare(): PreparedWindow {
    const files = prepareAll(this.#files());
    return { files, bytes: files.reduce((sum, { position }) => sum + position, 0) };
  }

  *#files(): Generator<AtomicFile, void> {
    for (const window of this.#byModel.values()) yield* window.prepare(this.#work.files);
  }

  published(): void {
    const { context, view } = this.#work;
    const nowMs = context.tools.clock.wallMs();
    for (const ingestedMs of this.#ingestedMs) view.metrics.scored(Math.max(0, nowMs - ingestedMs) / 1000);
    this.#ingestedMs = [];
  }

  deadLetters(): readonly OutgoingMessage[] {
    return this.#letters;
  }

  #windowOf({ modelVersion, scalerVersion }: BlockScorer): ScoreWindow {
    let window = this.#byModel.get(modelVersion);
    if (window !== undefined) return window;
    const { context, view } = this.#work;
    const { run, models, scaler } = context.view.state;
    const name = windowName('scaled', run!.topics, this.#window, modelVersion);
    window = new ScoreWindow(name, modelVersion, scalerVersion);
    this.#byModel.set(modelVersion, window);
    const madeMs = models.find(({ id }) => id === modelVersion)?.published_ms ?? 0;
    view.metrics.model({ version: modelVersion, madeMs });
    view.metrics.scaler({ version: scalerVersion, madeMs: scaler?.frozen_ms ?? 0 });
    return window;
  }
}
