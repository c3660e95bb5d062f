import type { RunSection, ScoresSection, Snapshot } from '../shared/snapshot.js';
import type { FlowPlan } from './flow-plan.js';

export interface LiveModelOptions {
  readonly engine: RunSection['engine'];
  readonly title: string;
  readonly flow: FlowPlan;
  readonly phases: readonly string[];
  readonly control: RunSection['control'];
  readonly limits: readonly string[];
  /** What the scores are. */
  readonly score: Pick<ScoresSection, 'score' | 'isLog' | 'luminosityFb' | 'luminosityOf'>;
  /** Wall clock. */
  readonly startedMs: number;
}

/** What a page shows of a run of which nothing is known yet. */
export function blankSnapshot(options: LiveModelOptions, startedMs: number): Snapshot {
  const { engine, title, flow, phases, control, limits, score } = options;
  return {
    run: { engine, title, state: 'starting', message: '', startedMs, endedMs: undefined, control, limits },
    phases: phases.map((name) => ({ name, state: 'planned', done: 0, total: 0 })),
    flow: { nodes: flow.nodes, edges: flow.edges, stages: [] },
    training: { networks: 1, passes: 1, megasets: 0, epochs: [], model: undefined, scaler: undefined },
    scores: {
      score: score.score,
      isLog: score.isLog,
      luminosityFb: score.luminosityFb,
      luminosityOf: score.luminosityOf,
      files: 0,
      rows: 0,
      processes: [],
      histogram: undefined,
      tail: undefined,
      top: [],
      unreadable: 0,
    },
    letters: [],
    troubles: [],
  };
}
