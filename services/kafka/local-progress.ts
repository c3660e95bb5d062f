import { RmmError } from '../../lib/base/error.js';
import type { Config } from '../../lib/config/index.js';
import type { KafkaClient } from '../../lib/kafka/client.js';
import { split } from '../../lib/physics/identity.js';
import type { Progress } from '../../lib/telemetry/progress.js';
import type { ProgressView } from './progress-view.js';
import { stagePositions } from './stage-positions.js';
import { type Stage, stages } from './stages.js';
import type { RunNames } from './topics.js';

/** Stages that have a line, in order. */
const shownStages: readonly Stage[] = [
  stages.ingest,
  stages.selector,
  stages.featurizer,
  stages.scaler,
  stages.scorer,
];

/** What a person hears of a run without end, which has no other news until it is stopped. */
const newsOfEndless = new Set(['file_taken', 'scaler_frozen', 'generation_closed', 'model_published']);

/** The progress lines of a local run, from the positions that the services commit and the lines that they log. */
export class LocalProgress {
  readonly #client: KafkaClient;
  readonly #names: RunNames;
  readonly #view: ProgressView;
  readonly #progress: Progress;
  readonly #training: Config['training'];
  readonly #isEndless: boolean;
  readonly #events = new Map<string, number>();
  readonly #started = new Set<string>();
  readonly #finished = new Set<string>();
  readonly #errors: { readonly code: string; readonly message: string }[] = [];

  constructor(
    client: KafkaClient,
    names: RunNames,
    view: ProgressView,
    progress: Progress,
    { training, input }: Pick<Config, 'training' | 'input'>,
  ) {
    this.#training = training;
    this.#isEndless = input.mode === 'continuous';
    this.#client = client;
    this.#names = names;
    this.#view = view;
    this.#progress = progress;
    for (const { role } of shownStages) progress.plan(role === 'scorer' ? 'train' : role);
    progress.plan('scorer');
  }

  /** Reads the committed positions. */
  async look(): Promise<void> {
    const { state } = this.#view;
    if (state.run === undefined) return;
    const planned = state.files.reduce((sum, { entries }) => sum + entries, 0);
    let before = planned;
    for (const stage of shownStages) {
      const { eventsIn, eventsOut } = await stagePositions(this.#client.admin, this.#names, stage);
      this.#show(
        stage.role,
        before,
        stage.role === 'selector' || stage.role === 'ingest' ? eventsIn : eventsOut,
      );
      // Behind the selector there are fewer.
      if (stage.role === 'selector') before = eventsOut;
      if (state.allEnds(stage.makes) !== undefined) this.#finish(stage.role);
    }
    if (state.models.some(({ final }) => final)) this.#finish('train');
  }

  /** A line that a service has logged: what a person should know is shown. */
  line(service: string, line: string): void {
    const found = parse(line);
    if (found === undefined) {
      if (line.trim() !== '') this.#progress.note(`${service}: ${line}`);
      return;
    }
    const { level, event } = found;
    if (event === 'epoch') this.#epoch(found);
    if (event === 'failed' || found.type === 'error') {
      this.#errors.push({ code: String(found.code), message: String(found.message) });
      return;
    }
    const isNews = this.#isEndless && newsOfEndless.has(String(event));
    if (level !== 'warn' && level !== 'error' && !isNews) return;
    const { time: _, level: __, service: ___, event: ____, ...fields } = found;
    const text = Object.entries(fields).map(([name, value]) => `${name} ${String(value)}`);
    this.#progress.note(`${service}: ${event} ${text.join(', ')}`);
  }

  /** The error that a service ended with, where `error` only says that it ended. */
  failureOf(error: unknown): unknown {
    const first = this.#errors.find(({ code }) => code !== 'service_failed');
    if (!(error instanceof RmmError) || error.code !== 'service_failed' || first === undefined) return error;
    return new RmmError(
      'service_failed',
      `${error.message.split(':', 1)[0]}: [${first.code}] ${first.message}`,
      {
        context: { code: first.code },
      },
    );
  }

  #epoch({ rows, loss, network, networks = 1, megaset, epoch }: Readonly<Record<string, unknown>>): void {
    const { epochs, passes } = this.#training;
    const trained = this.#view.state.scaler?.rows_by_split[split.train] ?? 0;
    this.#start('train', this.#isEndless ? 0 : trained * epochs * passes * Number(networks));
    const one = Number(networks) > 1 ? `network ${Number(network) + 1} of ${Number(networks)}, ` : '';
    const part = this.#isEndless ? `generation ${Number(megaset)}` : `megaset ${Number(megaset) + 1}`;
    const note = `${one}${part}, epoch ${Number(epoch) + 1}, loss ${Number(loss).toPrecision(4)}`;
    this.#progress.advance('train', Number(rows), note);
  }

  #finish(stage: string): void {
    if (!this.#started.has(stage) || this.#finished.has(stage)) return;
    this.#finished.add(stage);
    this.#progress.finish(stage);
  }

  #show(stage: string, total: number, events: number): void {
    const before = this.#events.get(stage) ?? 0;
    if (events === 0 && before === 0) return;
    this.#start(stage, total);
    // It grows: with what earlier stages let through, and in a run without end with every file.
    if (!this.#finished.has(stage)) this.#progress.plan(stage, total);
    this.#events.set(stage, events);
    if (events > before) this.#progress.advance(stage, events - before);
  }

  #start(stage: string, total: number): void {
    if (this.#started.has(stage)) return;
    this.#started.add(stage);
    this.#progress.start(stage, total);
  }
}

function parse(line: string): Record<string, unknown> | undefined {
  try {
    const found: unknown = JSON.parse(line);
    return typeof found === 'object' && found !== null ? (found as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
