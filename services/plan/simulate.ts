import { shareOut } from '../../lib/kafka/share-out.js';
import { Random } from '../../lib/learning/random.js';
import { type StageCopies, useOf } from './copies.js';
import type { SpreadStage } from './loads.js';
import type { CapacityPlan } from './plan.js';

/** One phase as it went in the simulation. */
export interface SimulatedPhase {
  readonly name: string;
  /** Until the last block was through its last stage. */
  readonly seconds: number;
  readonly planned: number;
  /** Longest time from a block's coming to its end, among the last tenth of the blocks. */
  readonly lagSeconds: number;
}

export interface Simulation {
  readonly copies: Readonly<Partial<Record<SpreadStage, number>>>;
  readonly phases: readonly SimulatedPhase[];
  /** Every phase ends in its time; without end, what comes is also scored soon. */
  readonly holds: boolean;
}

/** A phase may take so much longer than planned: the blocks that fill and drain the pipeline. */
const slack = 0.01;
/** Blocks of a simulation at most; a larger run has larger ones. */
const mostBlocks = 50_000;
/** Times of blocks vary evenly by so much around the mean. */
const spread = 0.3;

/**
 * Runs a plan in a model: blocks go from stage to stage, each through the copy that owns its partition, in the order in
 * which they come, and take times that vary. Nothing is averaged, so partitions that are shared out unevenly, a
 * pipeline that fills and drains, and queues show as they do in Kafka. The load is the one that was planned for: with the headroom.
 * @param fewer a stage that has one copy less than planned
 */
export function simulate(plan: CapacityPlan, fewer?: SpreadStage, seed = 1): Simulation {
  const random = new Random('plan', [seed]);
  const { partitions } = plan.spread;
  const stages = plan.spread.stages.map((stage) =>
    stage.stage === fewer ? { ...stage, copies: stage.copies - 1 } : stage,
  );
  const isEndless = plan.request.mode === 'continuous';
  const phases = plan.loads.phases.map((phase): SimulatedPhase => {
    const own = stages.filter(({ stage }) => phase.stages.includes(stage));
    const blocks = Math.min(mostBlocks, Math.max(partitions, Math.ceil(own[0]!.events / 8192)));
    const came = new Float64Array(blocks);
    if (isEndless)
      for (let block = 0; block < blocks; block += 1) came[block] = (block * phase.seconds) / blocks;
    let ended: Float64Array = came;
    for (const stage of own) ended = passStage(ended, stage, partitions, random);
    return {
      name: phase.name,
      planned: phase.seconds,
      seconds: latest(ended),
      lagSeconds: lastLag(came, ended),
    };
  });
  const isInTime = phases.every(({ seconds, planned }) => seconds <= planned * (1 + slack));
  const isSoon = !isEndless || phases.every(({ lagSeconds, planned }) => lagSeconds <= planned * slack);
  return {
    copies: Object.fromEntries(stages.map(({ stage, copies }) => [stage, copies])),
    phases,
    holds: isInTime && isSoon,
  };
}

/**
 * The stage where a copy less is missed most. One that has a single copy is looked at last: that nothing goes on without
 * it shows nothing.
 */
export function mostMissed({ spread: { stages, partitions, bottleneck } }: CapacityPlan): SpreadStage {
  const several = stages.filter(({ copies }) => copies > 1);
  const without = (stage: StageCopies) => useOf(stage, stage.copies - 1, partitions);
  if (several.length === 0) return bottleneck;
  return several.reduce((most, one) => (without(one) > without(most) ? one : most)).stage;
}

/** When the blocks end in a stage, from when they come to it. No copies at all: never. */
function passStage(
  came: Float64Array,
  { events, rate, copies }: StageCopies,
  partitions: number,
  random: Random,
): Float64Array {
  const ended = new Float64Array(came.length).fill(Number.POSITIVE_INFINITY);
  const mean = events / came.length / rate;
  const members = Array.from({ length: copies }, (_, copy) => ({
    id: String(copy).padStart(4, '0'),
    owned: [],
  }));
  for (const owned of shareOut(members, partitions).values()) {
    const blocks: number[] = [];
    for (const partition of owned)
      for (let block = partition; block < came.length; block += partitions) blocks.push(block);
    blocks.sort((a, b) => came[a]! - came[b]! || a - b);
    let free = 0;
    for (const block of blocks) {
      const took = mean * (1 + spread * (2 * random.unit() - 1));
      free = Math.max(free, came[block]!) + took;
      ended[block] = free;
    }
  }
  return ended;
}

function latest(times: Float64Array): number {
  return times.reduce((most, time) => Math.max(most, time), 0);
}

function lastLag(came: Float64Array, ended: Float64Array): number {
  let most = 0;
  for (let block = Math.floor(0.9 * came.length); block < came.length; block += 1)
    most = Math.max(most, ended[block]! - came[block]!);
  return most;
}
