import { type Brokers, brokersOf } from './brokers.js';
import { type SpreadPlan, spreadOf } from './copies.js';
import { type Loads, loadsOf, type SpreadStage } from './loads.js';
import { type Network, networkOf } from './network.js';
import { type Quantity, quantity } from './quantity.js';
import { checkRequest, type PlanRequest } from './request.js';
import { type Storage, storageOf } from './storage.js';

/** What a run over Kafka needs. */
export interface CapacityPlan {
  readonly request: PlanRequest;
  readonly loads: Loads;
  readonly spread: SpreadPlan;
  readonly storage: Storage;
  readonly network: Network;
  readonly brokers: Brokers;
  /** Processes of each service: engine.copies. */
  readonly services: Readonly<
    Record<'ingest' | 'selector' | 'featurizer' | 'scaler' | 'trainer' | 'scorer', number>
  >;
  /** Every number with its formula, in the order in which they follow from each other. */
  readonly quantities: readonly Quantity[];
}

/**
 * Plans brokers, partitions, copies, disk and network for a number of events in a number of hours, from the rates of one
 * copy. @throws cli_usage, plan_impossible
 */
export function planCapacity(request: PlanRequest): CapacityPlan {
  checkRequest(request);
  const loads = loadsOf(request);
  const storage = storageOf(request, loads);
  const network = networkOf(request, loads);
  const brokers = brokersOf(request, network, storage);
  const together = joined(loads, request);
  const spread = spreadOf(together.stages, brokers.brokers);
  const of = (...names: readonly SpreadStage[]) =>
    Math.max(...spread.stages.filter(({ stage }) => names.includes(stage)).map(({ copies }) => copies));
  return {
    request,
    loads,
    spread,
    storage,
    network,
    brokers,
    services: {
      ingest: of('ingest'),
      selector: of('selector'),
      featurizer: of('featurizer'),
      scaler: of('moments', 'scaler'),
      trainer: 1,
      scorer: of('feature_files', 'scorer'),
    },
    quantities: [
      ...[loads, storage, network, brokers, together, spread].flatMap(({ quantities }) => quantities),
      ...processes(spread),
    ],
  };
}

/** Stages whose work, in a run without end, the copies of another stage do at the same time. */
const partners: Readonly<Partial<Record<SpreadStage, SpreadStage>>> = {
  scaler: 'moments',
  scorer: 'feature_files',
};

/** The stages that copies are counted for. */
function joined({ stages }: Loads, { mode }: PlanRequest): Pick<Loads, 'stages' | 'quantities'> {
  if (mode === 'bounded') return { stages, quantities: [] };
  const guests = Object.values(partners);
  const quantities: Quantity[] = [];
  const together = stages
    .filter(({ stage }) => !guests.includes(stage))
    .map((one) => {
      const { stage } = one;
      const guest = stages.find((other) => other.stage === partners[stage]);
      if (guest === undefined) return one;
      const rate = 1 / (1 / one.rate + 1 / guest.rate);
      const inputs = { [`${stage}_rate`]: one.rate, [`${guest.stage}_rate`]: guest.rate };
      const formula = `1 / (1 / ${stage}_rate + 1 / ${guest.stage}_rate)`;
      quantities.push(quantity(`rate of ${stage} beside ${guest.stage}`, rate, 'events/s', formula, inputs));
      return { ...one, rate };
    });
  return { stages: together, quantities };
}

/** Processes of the services that hold two stages with copies of their own, as a bounded run has them. */
function processes({ stages }: SpreadPlan): Quantity[] {
  const copies = new Map(stages.map((stage) => [stage.stage, stage.copies]));
  return Object.entries(partners).flatMap(([stage, guest]): Quantity[] => {
    const [own, other] = [copies.get(stage as SpreadStage), copies.get(guest)];
    if (own === undefined || other === undefined) return [];
    const inputs = { [`copies_of_${guest}`]: other, [`copies_of_${stage}`]: own };
    const formula = `max(${Object.keys(inputs).join(', ')})`;
    return [quantity(`processes of ${stage}`, Math.max(own, other), 'processes', formula, inputs)];
  });
}
