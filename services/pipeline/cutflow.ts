import {
  type CutFlow,
  type CutFlowStep,
  cutFlowSteps,
  deadLetterCounts,
  reasonNames,
  type SelectionOptions,
} from '../../lib/physics/selection/index.js';
import { flowFromRecord, mergeFlows } from '../selector/flow-record.js';
import type { RangeRecord } from './records.js';

/** What cutflow.json says of one sample. */
export interface SampleCutFlow {
  readonly kind: string;
  readonly files: readonly string[];
  readonly entries: number;
  /** Events left after each cut; dead letters are in none of them. */
  readonly cuts: readonly CutFlowStep[];
  readonly dead_letters: Readonly<Record<string, number>>;
  /** Jets that are neither light nor b, of selected events. */
  readonly unclassified_jets: number;
  /** Objects of selected events that found no slot in the matrix. */
  readonly surplus_objects: number;
}

/** Cut flows by sample, in the order in which the configuration lists them. */
export function sampleCutFlows(
  records: readonly RangeRecord[],
  samples: readonly { readonly name: string; readonly kind: string }[],
  options: SelectionOptions,
): Record<string, SampleCutFlow> {
  const result: Record<string, SampleCutFlow> = {};
  for (const { name: sample, kind } of samples) {
    const own = records.filter((record) => record.sample === sample);
    const flow = mergedFlow(own);
    result[sample] = {
      kind,
      files: [...new Set(own.map(({ file }) => file))],
      entries: total(own, (record) => record.entries),
      cuts: flow === undefined ? [] : cutFlowSteps(flow, options),
      dead_letters: flow === undefined ? {} : deadLetterCounts(flow),
      unclassified_jets: total(own, (record) => record.unclassifiedJets),
      surplus_objects: total(own, (record) => record.surplusObjects),
    };
  }
  return result;
}

/** Events by what became of them, over all records. */
export function eventCounts(records: readonly RangeRecord[]): Record<string, number> {
  const flow = mergedFlow(records);
  return Object.fromEntries(
    reasonNames.map((name, code) => [name, flow?.raw[code] ?? 0]).filter(([, count]) => count !== 0),
  );
}

function mergedFlow(records: readonly RangeRecord[]): CutFlow | undefined {
  const merged = mergeFlows(records.map(({ flow }) => flow));
  return merged === undefined ? undefined : flowFromRecord(merged);
}

function total(records: readonly RangeRecord[], of: (record: RangeRecord) => number): number {
  return records.reduce((sum, record) => sum + of(record), 0);
}
