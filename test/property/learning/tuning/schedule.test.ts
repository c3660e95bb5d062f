import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { costOf } from '../../../../lib/learning/tuning/brackets.js';
import { plannedBrackets, type SearchPlan } from '../../../../lib/learning/tuning/plan.js';
import { type Job, Schedule } from '../../../../lib/learning/tuning/schedule.js';
import { seededRandom } from '../../../sim/support/chance.js';

const runs = { numRuns: process.env.RMMSTREAM_TEST_LONG === '1' ? 2000 : 150 };

const plans = fc
  .record({
    algorithm: fc.constantFrom('hyperband' as const, 'random' as const),
    maxEpochs: fc.integer({ min: 1, max: 40 }),
    factor: fc.integer({ min: 2, max: 5 }),
    trials: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 120 })),
    spare: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 400 })),
  })
  .map(
    ({ spare, ...plan }): SearchPlan => ({
      ...plan,
      epochs: spare === 0 ? 0 : plan.maxEpochs + spare - 1,
      endless: false,
    }),
  );

/** Error of a training after so many epochs: a curve of its own for each trial; every ninth diverges. */
function errorAt(trial: number, epochs: number): number {
  const draw = seededRandom(trial);
  const [level, fall] = [draw(), draw()];
  return trial % 9 === 4 && epochs > 2 ? Number.NaN : level + fall / epochs;
}

/** Carries a schedule out with some workers that finish in any order. */
function carryOut(plan: SearchPlan, workers: number, seed: number) {
  const schedule = new Schedule(plannedBrackets(plan));
  const draw = seededRandom(seed);
  const running: Job[] = [];
  const epochsOf = new Map<number, number>();
  const jobs = new Set<string>();
  const dropped = new Set<number>();
  let cost = 0;
  for (;;) {
    while (running.length < workers) {
      const job = schedule.take();
      if (job === undefined) break;
      running.push(job);
    }
    if (running.length === 0) break;
    const [job] = running.splice(Math.floor(draw() * running.length), 1);
    assert.ok(!dropped.has(job!.trial), 'what was dropped is not trained again');
    cost += job!.epochs - (epochsOf.get(job!.trial) ?? 0);
    epochsOf.set(job!.trial, job!.epochs);
    jobs.add(`${job!.trial} ${job!.epochs}`);
    for (const trial of schedule.finish(job!, errorAt(job!.trial, job!.epochs))) dropped.add(trial);
  }
  assert.equal(schedule.running, 0);
  assert.equal(dropped.size, epochsOf.size, 'in the end every trial goes no further');
  return { jobs: [...jobs].sort(), trials: epochsOf.size, cost };
}

test('no plan takes more trials or epochs than its budget, and one that allows a training has one', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      let [trials, epochs] = [0, 0];
      for (const { first, rungs } of plannedBrackets(plan)) {
        assert.equal(first, trials);
        trials += rungs[0]!.trials;
        epochs += costOf(rungs);
        assert.equal(rungs.at(-1)!.epochs, plan.maxEpochs, 'one at least comes to the end');
        for (const [index, rung] of rungs.entries()) {
          if (index === 0) continue;
          assert.equal(rung.trials, Math.floor(rungs[0]!.trials / plan.factor ** index));
          assert.ok(rung.epochs >= rungs[index - 1]!.epochs);
        }
      }
      assert.ok(trials >= 1);
      if (plan.trials > 0) assert.ok(trials <= plan.trials);
      if (plan.epochs > 0) assert.ok(epochs <= plan.epochs);
    }),
    runs,
  );
});

test('the trainings of a search do not depend on the number of workers or who is done first', () => {
  fc.assert(
    fc.property(plans, fc.integer({ min: 1, max: 9 }), fc.nat(), (plan, workers, seed) => {
      const alone = carryOut(plan, 1, 1);
      assert.deepEqual(carryOut(plan, workers, seed), alone);
      if (plan.epochs > 0) assert.ok(alone.cost <= plan.epochs);
      if (plan.trials > 0) assert.ok(alone.trials <= plan.trials);
    }),
    runs,
  );
});

test('of each rung the best go on, one in eta', () => {
  fc.assert(
    fc.property(plans, fc.integer({ min: 1, max: 9 }), fc.nat(), (plan, workers, seed) => {
      const { jobs } = carryOut(plan, workers, seed);
      const done = new Set(jobs);
      for (const { first, rungs } of plannedBrackets(plan)) {
        let standing = Array.from({ length: rungs[0]!.trials }, (_, index) => first + index);
        for (const [index, { epochs }] of rungs.entries()) {
          for (const trial of standing) assert.ok(done.has(`${trial} ${epochs}`), `${trial} at ${epochs}`);
          const sound = standing.filter((trial) => Number.isFinite(errorAt(trial, epochs)));
          sound.sort((a, b) => errorAt(a, epochs) - errorAt(b, epochs) || a - b);
          standing = sound.slice(0, rungs[index + 1]?.trials ?? 0);
        }
      }
    }),
    runs,
  );
});
