import { readFileSync } from 'node:fs';
import { fromSystemError } from '../../lib/base/error.js';
import type { SampleCutFlow } from '../pipeline/cutflow.js';
import type { FinishedRun } from './open-runs.js';

/** The cut flows of a run by sample. @throws io_failed */
export function cutFlowsOf({ layout }: Pick<FinishedRun, 'layout'>): Readonly<Record<string, SampleCutFlow>> {
  try {
    const { samples } = JSON.parse(readFileSync(layout.cutflowJson, 'utf8')) as {
      samples: Record<string, SampleCutFlow>;
    };
    return samples;
  } catch (error) {
    throw fromSystemError(error, 'reading', layout.cutflowJson);
  }
}

/** What is left of the events of some samples or runs together. */
export type JoinedCutFlow = Omit<SampleCutFlow, 'kind' | 'files'>;

/** Sums cut flows with the same cuts in the same order; one without cuts has no events. */
export function joinCutFlows(flows: readonly JoinedCutFlow[]): JoinedCutFlow {
  const withCuts = flows.filter(({ cuts }) => cuts.length > 0);
  const dead: Record<string, number> = {};
  for (const { dead_letters } of flows)
    for (const [reason, count] of Object.entries(dead_letters)) dead[reason] = (dead[reason] ?? 0) + count;
  const sum = (of: (flow: JoinedCutFlow) => number) => flows.reduce((total, flow) => total + of(flow), 0);
  return {
    entries: sum(({ entries }) => entries),
    cuts: (withCuts[0]?.cuts ?? []).map(({ cut }, step) => ({
      cut,
      raw: withCuts.reduce((sum, { cuts }) => sum + (cuts[step]?.raw ?? 0), 0),
      weighted: withCuts.reduce((sum, { cuts }) => sum + (cuts[step]?.weighted ?? 0), 0),
    })),
    dead_letters: dead,
    unclassified_jets: sum((flow) => flow.unclassified_jets),
    surplus_objects: sum((flow) => flow.surplus_objects),
  };
}
