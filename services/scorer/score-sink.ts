import { RmmError } from '../../lib/base/error.js';
import type { Tenure } from '../../lib/flow/partitions/partition-runner.js';
import { type SinkWindow, sinkBody, type WindowWriter } from '../../lib/flow/partitions/sink.js';
import type { FetchedMessage, OutgoingMessage } from '../../lib/kafka/client.js';
import { createScoreColumns } from '../../lib/learning/score-rows.js';
import { featurizerOf } from '../featurizer/config.js';
import { ownRowColumns } from '../featurizer/row-columns.js';
import { kafkaLayoutOf } from '../kafka/claim-directory.js';
import type { ServiceContext } from '../kafka/context.js';
import { letterMessage, wholeLetter } from '../kafka/letters.js';
import { partitionedPart, type ServicePart, StageView } from '../kafka/service-part.js';
import { refuseTooLarge } from '../kafka/stage-hop.js';
import { sinkSettings } from '../kafka/stage-sink.js';
import { stages } from '../kafka/stages.js';
import { layoutOf } from '../pipeline/layout.js';
import type { RowExpectation } from '../wire/features.js';
import { decodeScaled, type ScaledWire } from '../wire/scaled.js';
import { Models } from './models.js';
import type { BlockScorer } from './operator.js';
import { type ScoreFiles, ScoreWindow } from './score-window.js';
import { windowName } from './window-names.js';

/** Scaled rows and models to score files. */
export function scoreSinkPart(context: ServiceContext): ServicePart {
  const stage = stages.scorer;
  const view = new StageView(context, stage);
  const { config, outputDirectory } = context.loaded;
  const work: ScoringWork = {
    context,
    view,
    models: new Models(context),
    expected: { layout: featurizerOf(config).layout, megasets: config.training.megasets },
    files: {
      scores: layoutOf(outputDirectory).scores,
      blocks: kafkaLayoutOf(outputDirectory).blocks,
      config,
    },
  };
  const body = sinkBody({
    ...sinkSettings(context, stage, view),
    gate: (signal) => work.models.first(signal),
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

  constructor(work: ScoringWork, window: SinkWindow, tenure: Tenure) {
    this.#work = work;
    this.#window = window;
    this.#tenure = tenure;
  }

  async add(message: FetchedMessage): Promise<number> {
    const { context, expected } = this.#work;
    const { max_message_bytes: mostBytes } = context.loaded.config.kafka.topics;
    try {
      refuseTooLarge(message, mostBytes);
      return await this.#score(message.offset, decodeScaled(message, expected));
    } catch (error) {
      if (!(error instanceof RmmError) || error.domain !== 'data') throw error;
      const place = { topic: context.names.topic('scaled'), partition: this.#window.partition };
      this.#letters.push(letterMessage(wholeLetter(message, place, stages.scorer.role, error, mostBytes)));
      return 0;
    }
  }

  write(): void {
    for (const window of this.#byModel.values()) window.write(this.#work.files);
  }

  deadLetters(): readonly OutgoingMessage[] {
    return this.#letters;
  }

  async #score(offset: number, { source, record, scaled, columns }: ScaledWire): Promise<number> {
    const shared = await this.#work.models.at(offset, this.#tenure);
    const scores = createScoreColumns(record.rows);
    await shared.use((scorer) => scorer.scoreScaled(scaled, scores, 0));
    this.#windowOf(shared.scorer).add({
      source,
      record,
      // The window would hold every message until it is written.
      columns: ownRowColumns(columns, record.rows),
      scores,
    });
    return record.rows;
  }

  #windowOf({ modelVersion, scalerVersion }: BlockScorer): ScoreWindow {
    let window = this.#byModel.get(modelVersion);
    if (window !== undefined) return window;
    const { context, view } = this.#work;
    const { run, models } = context.view.state;
    const name = windowName('scaled', run!.topics, this.#window, modelVersion);
    window = new ScoreWindow(name, modelVersion, scalerVersion);
    this.#byModel.set(modelVersion, window);
    const madeMs = models.find(({ id }) => id === modelVersion)?.published_ms ?? 0;
    view.metrics.model({ version: modelVersion, madeMs });
    return window;
  }
}
