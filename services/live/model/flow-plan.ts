import type { FlowEdge, FlowNode } from '../shared/snapshot.js';

/** The dataflow as a picture, and which part of a run each of its stages works for. */
export interface FlowPlan {
  readonly nodes: readonly FlowNode[];
  readonly edges: readonly FlowEdge[];
  readonly stages: readonly string[];
  /** Name of the phase, by stage; a stage without one works as long as the run. */
  readonly phaseOf: Readonly<Record<string, string>>;
  /** In what the lag of a stage is counted. */
  readonly lagUnit: (stage: string) => string;
}

export function stageNode(id: string, title: string, column: number, row: number): FlowNode {
  return { id, title, kind: 'stage', column, row };
}

export function filesNode(id: string, title: string, column: number, row: number): FlowNode {
  return { id, title, kind: 'files', column, row };
}

/** An edge along which events go. @param of the stage whose rate it shows, and on which side */
export function dataEdge(from: string, to: string, label: string, of: string, side: 'in' | 'out'): FlowEdge {
  return { from, to, label, of: { stage: of, side } };
}

/** An edge along which something goes once, as a model does. */
export function onceEdge(from: string, to: string, label: string): FlowEdge {
  return { from, to, label, of: undefined };
}
