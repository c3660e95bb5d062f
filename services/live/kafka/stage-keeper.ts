import type { Sample } from '../../../lib/telemetry/metrics-text.js';
import type { StageEvents } from '../../kafka/stage-positions.js';
import type { Scrape } from '../../top/scrape.js';
import type { LiveModel } from '../model/live-model.js';
import type { StageTotals } from '../model/stage-state.js';
import type { BrokerFacts } from './broker-facts.js';
import { CounterMemory } from './counter-memory.js';
import { type StageSamples, stageSamples } from './stage-samples.js';

const nothing = {
  bytesOut: 0,
  seconds: 0,
  batches: 0,
  errors: 0,
  rejected: {},
  lagSeconds: undefined,
  queueBatches: undefined,
  queueBytes: undefined,
  checkpointMs: undefined,
} as const;

/** Keeps the model up with what services and brokers say of the stages of one run. */
export class StageKeeper {
  readonly #model: LiveModel;
  readonly #stages: readonly string[];
  readonly #counters = new CounterMemory();
  readonly #mostMembers = new Map<string, number>();
  readonly #whole = new Map<string, StageEvents>();
  readonly #lag = new Map<string, number>();
  #epochs = 0;

  constructor(model: LiveModel, stages: readonly string[]) {
    this.#model = model;
    this.#stages = stages;
  }

  /** Events of the whole run by stage, the last that brokers said: without an answer it stands. */
  get whole(): ReadonlyMap<string, StageEvents> {
    return this.#whole;
  }

  /** @param facts undefined while the brokers do not answer */
  take(scrapes: readonly Scrape[], facts: ReadonlyMap<string, BrokerFacts> | undefined, nowMs: number): void {
    const pages: readonly (readonly Sample[])[] = this.#counters.take(scrapes);
    for (const stage of this.#stages) {
      const samples = stageSamples(pages, stage, nowMs);
      const totals = this.#totals(stage, samples, facts?.get(stage));
      if (totals !== undefined)
        this.#model.read(stage, totals, samples?.letters ?? new Map(), samples?.errors ?? new Map(), nowMs);
      if (samples !== undefined) this.#tell(stage, samples);
    }
  }

  #totals(
    stage: string,
    samples: StageSamples | undefined,
    facts: BrokerFacts | undefined,
  ): StageTotals | undefined {
    if (facts?.whole !== undefined) this.#whole.set(stage, facts.whole);
    if (facts?.lag !== undefined) this.#lag.set(stage, facts.lag);
    // Processes count from their own start, so that their events are never mixed with those of the whole run. The
    // trainer commits no position: its steps are known from itself only.
    const events = stage === 'trainer' ? samples?.totals : this.#whole.get(stage);
    if (samples === undefined && facts === undefined && events === undefined) return undefined;
    const most = Math.max(this.#mostMembers.get(stage) ?? 0, facts?.members ?? 0);
    this.#mostMembers.set(stage, most);
    return {
      ...nothing,
      ...samples?.totals,
      eventsIn: events?.eventsIn ?? 0,
      eventsOut: events?.eventsOut ?? 0,
      lag: this.#lag.get(stage),
      copies: facts === undefined ? undefined : { up: facts.members, known: most },
      known: { events: events !== undefined, services: samples !== undefined },
    };
  }

  #tell(stage: string, { model, scaler, epochs, loss, validationLoss }: StageSamples): void {
    if (scaler !== undefined) this.#model.artefact('scaler', scaler);
    if (model !== undefined && stage === 'scorer') this.#model.artefact('model', model);
    if (loss === undefined || !Number.isFinite(loss) || epochs <= this.#epochs) return;
    // Between two looks several may have ended: the last of them is told, at its place.
    this.#epochs = epochs;
    this.#model.epoch({
      number: epochs,
      megaset: undefined,
      megasets: 0,
      epoch: undefined,
      loss,
      validationLoss: Number.isFinite(validationLoss) ? validationLoss : undefined,
    });
  }
}
