import { RmmError } from '../../../lib/base/error.js';
import type { RunView } from '../../kafka/run-view.js';
import { stagePositions } from '../../kafka/stage-positions.js';
import { roles, type Stage, stagesOf } from '../../kafka/stages.js';
import { type KafkaLook, lookAtKafka, type PartLook } from '../../status/kafka-look.js';
import type { Scrape } from '../../top/scrape.js';
import type { LiveModel } from '../model/live-model.js';
import type { StageTotals } from '../model/stage-state.js';
import { type StageSamples, stageSamples } from './stage-samples.js';

/** What is known of a stage from the brokers. */
export interface BrokerFacts {
  readonly lag: number;
  readonly members: number;
  readonly eventsIn: number;
  readonly eventsOut: number;
}

/** Asks the brokers how far every stage is. @throws kafka_unreachable and other errors of the cluster */
export async function brokerFacts(run: RunView, atMs: number): Promise<ReadonlyMap<string, BrokerFacts>> {
  const look = await lookAtKafka(run, atMs);
  const facts = new Map<string, BrokerFacts>();
  for (const stage of stagesOf(run.loaded.config)) {
    const part = look.parts.find(({ role }) => role === stage.role);
    if (part !== undefined) facts.set(stage.label, await factsOf(run, stage, part));
  }
  const trainer = partOf(look, roles.trainer.role);
  if (trainer !== undefined)
    facts.set('trainer', { lag: 0, members: trainer.members, eventsIn: 0, eventsOut: 0 });
  return facts;
}

function partOf(look: KafkaLook, role: string): PartLook | undefined {
  return look.parts.find((part) => part.role === role);
}

async function factsOf(run: RunView, stage: Stage, { members, partitions }: PartLook): Promise<BrokerFacts> {
  const lag = partitions.reduce((sum, { waiting }) => sum + waiting, 0);
  try {
    return { lag, members, ...(await stagePositions(run.client, run.names, stage)) };
  } catch (error) {
    // A transaction that a dead copy left open hides positions for a while.
    if (error instanceof RmmError && error.code === 'kafka_request_failed')
      return { lag, members, eventsIn: 0, eventsOut: 0 };
    throw error;
  }
}

/** Keeps the model up with what services and brokers say of the stages. */
export class StageKeeper {
  readonly #model: LiveModel;
  readonly #stages: readonly string[];
  readonly #mostMembers = new Map<string, number>();
  #loss: number | undefined;
  #epochs = 0;

  constructor(model: LiveModel, stages: readonly string[]) {
    this.#model = model;
    this.#stages = stages;
  }

  /** @param facts undefined while the brokers do not answer */
  take(scrapes: readonly Scrape[], facts: ReadonlyMap<string, BrokerFacts> | undefined, nowMs: number): void {
    const pages = scrapes.filter(({ problem }) => problem === undefined).map(({ samples }) => samples);
    for (const stage of this.#stages) {
      const samples = stageSamples(pages, stage, nowMs);
      const known = facts?.get(stage);
      const totals = this.#totals(stage, samples, known);
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
    if (samples === undefined && facts === undefined) return undefined;
    const most = Math.max(this.#mostMembers.get(stage) ?? 0, facts?.members ?? 0);
    this.#mostMembers.set(stage, most);
    const copies = facts === undefined ? undefined : { up: facts.members, known: most };
    const isCounted = stage !== 'trainer';
    const lag = isCounted ? facts?.lag : undefined;
    if (samples !== undefined) {
      // Processes count from their own start; what is committed is the whole of the run.
      const whole =
        facts === undefined || !isCounted ? {} : { eventsIn: facts.eventsIn, eventsOut: facts.eventsOut };
      return { ...samples.totals, ...whole, lag, copies };
    }
    return {
      ...{ eventsIn: facts!.eventsIn, eventsOut: facts!.eventsOut, bytesOut: 0, seconds: 0, batches: 0 },
      ...{ errors: 0, rejected: {}, lagSeconds: undefined, queueBatches: undefined, queueBytes: undefined },
      ...{ checkpointMs: undefined, lag, copies },
    };
  }

  #tell(stage: string, { model, scaler, validationLoss }: StageSamples): void {
    if (scaler !== undefined) this.#model.artefact('scaler', scaler);
    if (model !== undefined && stage === 'scorer') this.#model.artefact('model', model);
    if (validationLoss === undefined || validationLoss === this.#loss) return;
    // Services tell the loss after an epoch, not which epoch it was.
    this.#loss = validationLoss;
    this.#model.epoch({
      megaset: 0,
      megasets: 0,
      epoch: this.#epochs++,
      loss: undefined,
      validationLoss,
    });
  }
}
