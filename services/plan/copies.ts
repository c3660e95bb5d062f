import { invariant, RmmError } from '../../lib/base/error.js';
import type { SpreadStage, StageLoad } from './loads.js';
import { type Quantity, quantity } from './quantity.js';

/** Most partitions of a topic, as kafka.topics.partitions allows them. */
export const mostPartitions = 1024;
/** Partitions for each copy of the largest stage: a stage may grow to so many times its copies within a run. */
export const growth = 2;
/** Copies beyond the least that an uneven share of partitions may cost. */
const unevenness = 1.05;

/** A stage with its copies. */
export interface StageCopies extends StageLoad {
  readonly copies: number;
  /** Share of the time in which the most loaded copy works. */
  readonly use: number;
}

export interface SpreadPlan {
  readonly partitions: number;
  readonly stages: readonly StageCopies[];
  /** The stage whose copies are nearest to their limit. */
  readonly bottleneck: SpreadStage;
  readonly quantities: readonly Quantity[];
}

/**
 * Copies that `partitions` partitions must be shared out to, so that the copy with most of them keeps up; undefined
 * where one partition alone is too much for a copy.
 */
export function copiesFor({ load, rate }: StageLoad, partitions: number): number | undefined {
  const carried = Math.floor((partitions * rate) / load);
  return carried === 0 ? undefined : Math.max(1, Math.ceil(partitions / carried));
}

/** Share of the time in which the copy works that has most of the partitions. */
export function useOf({ load, rate }: StageLoad, copies: number, partitions: number): number {
  return (Math.ceil(partitions / copies) / partitions) * (load / rate);
}

/**
 * The fewest partitions with which the stages take hardly more copies than if work could be shared out evenly, or else
 * those with which they take the fewest; no fewer than twice as many as the largest stage has copies, and no fewer than
 * there are brokers to lead them.
 * @throws plan_impossible where that is more than a topic may have
 */
export function spreadOf(loads: readonly StageLoad[], brokers: number): SpreadPlan {
  const even = (one: StageLoad) => Math.max(1, Math.ceil(one.load / one.rate));
  const fewest = loads.reduce((sum, one) => sum + even(one), 0);
  const largest = Math.max(...loads.map(even));
  refuseTooMany(largest, brokers);
  let best:
    | { readonly partitions: number; readonly copies: readonly number[]; readonly all: number }
    | undefined;
  for (let partitions = Math.max(brokers, growth * largest); partitions <= mostPartitions; partitions += 1) {
    const copies = loads.map((one) => copiesFor(one, partitions) ?? Number.POSITIVE_INFINITY);
    if (partitions < growth * Math.max(...copies)) continue;
    const all = copies.reduce((sum, count) => sum + count, 0);
    if (best === undefined || all < best.all) best = { partitions, copies, all };
    if (all <= Math.ceil(unevenness * fewest)) break;
  }
  invariant(best !== undefined, `no number of partitions for ${largest} copies and ${brokers} brokers`);
  const { partitions, copies } = best;
  const stages = loads.map(
    (one, index): StageCopies => ({
      ...one,
      copies: copies[index]!,
      use: useOf(one, copies[index]!, partitions),
    }),
  );
  return withQuantities(partitions, stages, { brokers, fewest });
}

function refuseTooMany(largest: number, brokers: number): void {
  const split = 'spread the input over several runs with a kafka.prefix of their own';
  if (growth * largest > mostPartitions)
    throw new RmmError(
      'plan_impossible',
      `a stage takes ${largest} copies, and with ${growth} partitions for each of them that is more than the ${mostPartitions} that a topic may have; give it more --hours, or ${split}`,
      { context: { copies: largest } },
    );
  if (brokers > mostPartitions)
    throw new RmmError(
      'plan_impossible',
      `${brokers} brokers are more than the ${mostPartitions} partitions that a topic may have, of which each leads one at least; give them larger disks (--broker-disk), more --hours or a shorter --retention-hours, or ${split}`,
      { context: { brokers } },
    );
}

function withQuantities(
  partitions: number,
  stages: readonly StageCopies[],
  { brokers, fewest }: { readonly brokers: number; readonly fewest: number },
): SpreadPlan {
  const bottleneck = stages.reduce((most, one) => (one.use > most.use ? one : most)).stage;
  const most = Math.max(...stages.map(({ copies }) => copies));
  const all = stages.reduce((sum, { copies }) => sum + copies, 0);
  return {
    partitions,
    stages,
    bottleneck,
    quantities: [
      quantity(
        'partitions',
        partitions,
        'partitions',
        'fewest P >= max(brokers, growth x most_copies) with all_copies <= ceil(unevenness x even_copies); even_copies = sum of ceil(load / rate); where no P does, the one with the fewest all_copies',
        {
          growth,
          most_copies: most,
          brokers,
          all_copies: all,
          unevenness,
          even_copies: fewest,
        },
      ),
      ...stages.map(({ stage, copies, load, rate }) =>
        quantity(`copies of ${stage}`, copies, 'copies', 'ceil(P / floor(P x rate / load))', {
          P: partitions,
          rate,
          load,
        }),
      ),
      ...stages.map(({ stage, use, load, rate, copies }) =>
        quantity(`use of ${stage}`, use, 'share', 'ceil(P / copies) / P x load / rate', {
          P: partitions,
          copies,
          load,
          rate,
        }),
      ),
    ],
  };
}
