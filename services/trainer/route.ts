import type { LoopState } from '../../lib/learning/train-megaset.js';
import { type MegasetPlan, rowsOf } from './megaset-store.js';

/** The megaset to train on. */
export interface Stop {
  readonly pass: number;
  readonly megaset: number;
}

/** In which order megasets are trained on. */
export interface Route {
  readonly first: Stop;
  readonly canBeginAt: (stop: Stop) => boolean;
  readonly isOver: (stop: Stop) => boolean;
  readonly next: (stop: Stop) => Stop;
  /** Index of the megaset in the plan. */
  readonly inPlan: (stop: Stop) => number;
  /** Steps of the run before a megaset, and of the whole run, were no megaset ended early. */
  readonly stepsBefore: (stop: Stop) => number;
  readonly steps: number;
  /** Rows of all epochs that lie behind a place within a megaset, and of the whole run, were none ended early. */
  readonly rowsBehind: (stop: Stop, loop: Pick<LoopState, 'epoch' | 'batch'>) => number;
  readonly rows: number;
}

export interface RouteOptions {
  readonly plan: MegasetPlan;
  readonly epochs: number;
  readonly passes: number;
  readonly batch: number;
  /**
   * Number of the generation in a run without end: the plan holds this one megaset, and training goes on from the
   * checkpoint of the one before.
   */
  readonly generation?: number;
}

/** `passes` times over all megasets; or one generation, whose number shuffles it like a megaset's. */
export function routeOf({ plan, epochs, passes, batch, generation }: RouteOptions): Route {
  const rowsFor = (megaset: number) => epochs * rowsOf(plan, megaset);
  /** Of a megaset that training is in. */
  const rowsOfLoop = (megaset: number, loop: Pick<LoopState, 'epoch' | 'batch'>) =>
    loop.epoch * rowsOf(plan, megaset) + Math.min(loop.batch * batch, rowsOf(plan, megaset));
  const stepsOf = (megaset: number) => epochs * Math.ceil(rowsOf(plan, megaset) / batch);
  if (generation !== undefined) {
    return {
      first: { pass: 0, megaset: generation },
      canBeginAt: ({ megaset }) => megaset === generation || megaset === generation + 1,
      isOver: ({ megaset }) => megaset > generation,
      next: ({ megaset }) => ({ pass: 0, megaset: megaset + 1 }),
      inPlan: () => 0,
      stepsBefore: () => 0,
      steps: stepsOf(0),
      rowsBehind: ({ megaset }, loop) => (megaset > generation ? rowsFor(0) : rowsOfLoop(0, loop)),
      rows: rowsFor(0),
    };
  }
  const megasets = plan.megasets - 1;
  const [steps, rows] = [stepsOf, rowsFor].map((of) => inOnePass(megasets, of)) as [OnePass, OnePass];
  return {
    first: { pass: 0, megaset: 0 },
    canBeginAt: () => true,
    isOver: ({ pass }) => pass >= passes,
    next: ({ pass, megaset }) =>
      megaset + 1 < megasets ? { pass, megaset: megaset + 1 } : { pass: pass + 1, megaset: 0 },
    inPlan: ({ megaset }) => megaset,
    stepsBefore: ({ pass, megaset }) => pass * steps.all + steps.before[megaset]!,
    steps: passes * steps.all,
    rowsBehind: ({ pass, megaset }, loop) =>
      pass * rows.all + rows.before[megaset]! + (pass < passes ? rowsOfLoop(megaset, loop) : 0),
    rows: passes * rows.all,
  };
}

interface OnePass {
  /** Before each megaset. */
  readonly before: readonly number[];
  readonly all: number;
}

function inOnePass(megasets: number, of: (megaset: number) => number): OnePass {
  const before = [0];
  for (let megaset = 0; megaset < megasets; megaset += 1) before.push(before[megaset]! + of(megaset));
  return { before, all: before[megasets]! };
}
