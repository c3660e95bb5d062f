import { type Brokers, brokersOf } from './brokers.js';
import { type SpreadPlan, spreadOf } from './copies.js';
import { type Loads, loadsOf, type SpreadStage } from './loads.js';
import { type Network, networkOf } from './network.js';
import type { Quantity } from './quantity.js';
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
  const spread = spreadOf(joined(loads, request), brokers.brokers);
  const of = (...names: readonly string[]) =>
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
    quantities: [loads, storage, network, brokers, spread].flatMap(({ quantities }) => quantities),
  };
}

/** Stages whose work, in a run without end, the copies of another stage do at the same time. */
const partners: Readonly<Partial<Record<SpreadStage, SpreadStage>>> = {
  scaler: 'moments',
  scorer: 'feature_files',
};

function joined({ stages }: Loads, { mode }: PlanRequest): Loads['stages'] {
  if (mode === 'bounded') return stages;
  const guests = Object.values(partners);
  return stages
    .filter(({ stage }) => !guests.includes(stage))
    .map((one) => {
      const guest = stages.find(({ stage }) => stage === partners[one.stage]);
      return guest === undefined ? one : { ...one, rate: 1 / (1 / one.rate + 1 / guest.rate) };
    });
}
