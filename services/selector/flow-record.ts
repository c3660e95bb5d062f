import { CutFlow } from '../../lib/physics/selection/index.js';

/** Counts by reason: raw, and weights in double-double (lib/physics CutFlow). */
export interface FlowRecord {
  readonly raw: readonly number[];
  readonly weightHigh: readonly number[];
  readonly weightLow: readonly number[];
}

export function flowRecord(flow: CutFlow): FlowRecord {
  return { raw: [...flow.raw], weightHigh: [...flow.weightHigh], weightLow: [...flow.weightLow] };
}

export function flowFromRecord(record: FlowRecord): CutFlow {
  const flow = new CutFlow();
  flow.raw.set(record.raw);
  flow.weightHigh.set(record.weightHigh);
  flow.weightLow.set(record.weightLow);
  return flow;
}

/**
 * Sums cut flows in their order, the first taken as it is. The bits depend on the order and on nothing else, so
 * every engine merges the blocks of a range first and then the ranges.
 */
export function mergeFlows(flows: Iterable<FlowRecord>): FlowRecord | undefined {
  let merged: CutFlow | undefined;
  for (const record of flows) {
    const next = flowFromRecord(record);
    merged = merged === undefined ? next : merged.merge(next);
  }
  return merged === undefined ? undefined : flowRecord(merged);
}
