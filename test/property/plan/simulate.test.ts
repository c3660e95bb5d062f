import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { RmmError } from '../../../lib/base/error.js';
import { useOf } from '../../../services/plan/copies.js';
import { type CapacityPlan, planCapacity } from '../../../services/plan/plan.js';
import { measuredRates } from '../../../services/plan/rates.js';
import { type PlanRequest, usualRequest } from '../../../services/plan/request.js';
import { mostMissed, simulate } from '../../../services/plan/simulate.js';

const rate = fc.integer({ min: 20_000, max: 1_000_000 });
const requests = fc.record({
  mode: fc.constantFrom('bounded' as const, 'continuous' as const),
  events: fc.integer({ min: 1e8, max: 5e9 }),
  hours: fc.integer({ min: 1, max: 12 }),
  selected: fc.double({ min: 0.1, max: 1, noNaN: true }),
  headroom: fc.double({ min: 1, max: 2, noNaN: true }),
  rates: fc.record({
    ingest: rate,
    selector: rate,
    featurizer: rate,
    moments: rate,
    scaler: rate,
    scorer: rate,
  }),
  seed: fc.nat(1000),
});

function planOf({ rates, seed: _, ...given }: PlanRequest & { readonly seed: number }): CapacityPlan {
  try {
    return planCapacity({ ...given, rates });
  } catch (error) {
    // Too much for one topic: refused, as it should be.
    fc.pre(!(error instanceof RmmError && error.code === 'plan_impossible'));
    throw error;
  }
}

test('planned copies end in their time and keep up; with one fewer at the bottleneck they do not', () => {
  let fewer = 0;
  fc.assert(
    fc.property(requests, (given) => {
      const rates = { ...measuredRates, trainer: 1e9, ...given.rates };
      const plan = planOf({ ...usualRequest, epochs: 1, bytesPerEvent: 2000, ...given, rates });
      const { bottleneck, stages, partitions } = plan.spread;
      const stage = stages.find((one) => one.stage === bottleneck)!;
      // Nearer to the limit, chance decides.
      fc.pre(stage.use < 0.98);
      const planned = simulate(plan, undefined, given.seed);
      assert.ok(planned.holds, JSON.stringify(planned));
      // Nothing of a plan says so by itself: phases one after the other, with the training, end in the time there is.
      const { loads, request } = plan;
      const took = planned.phases.reduce((sum, { seconds }) => sum + seconds, 0);
      const training = request.mode === 'bounded' ? loads.trainSeconds : 0;
      const allowed = (request.hours * 3600) / request.headroom;
      assert.ok(took + training <= 1.01 * allowed, `${took} s and ${training} s of ${allowed} s`);
      if (stage.copies === 1 || useOf(stage, stage.copies - 1, partitions) < 1.03) return;
      fewer += 1;
      const less = simulate(plan, bottleneck, given.seed);
      assert.equal(less.copies[bottleneck], stage.copies - 1);
      assert.ok(!less.holds, JSON.stringify(less));
    }),
    { numRuns: 60 },
  );
  assert.ok(fewer > 10, `${fewer} plans with a copy to take away`);
});

const usual: PlanRequest = {
  ...usualRequest,
  events: 5e9,
  bytesPerEvent: 2000,
  hours: 1,
  epochs: 1,
  trained: 0.01,
  mode: 'continuous',
  rates: measuredRates,
};

test('what comes is scored soon where the plan holds, and ever later with one copy fewer', () => {
  const plan = planCapacity(usual);
  const { bottleneck, stages } = plan.spread;
  assert.ok(stages.find(({ stage }) => stage === bottleneck)!.copies > 1);
  const [phase] = simulate(plan).phases;
  assert.ok(phase!.lagSeconds < 0.01 * phase!.planned, `${phase!.lagSeconds} s`);
  const [late] = simulate(plan, bottleneck).phases;
  assert.ok(late!.lagSeconds > 0.05 * late!.planned, `${late!.lagSeconds} s`);
});

test('the stage that misses a copy most is one that has several, whatever the bottleneck', () => {
  const plan = planCapacity({ ...usual, mode: 'bounded', events: 1e9, hours: 3, trained: 0.72 });
  const { stages, bottleneck } = plan.spread;
  const copies = Object.fromEntries(stages.map((stage) => [stage.stage, stage.copies]));
  assert.equal(copies[bottleneck], 1, 'without it nothing goes on, which shows nothing');
  const missed = mostMissed(plan);
  assert.ok(copies[missed]! > 1);
  assert.equal(simulate(plan, missed).holds, false);
  const alone = planCapacity({ ...usual, mode: 'bounded', events: 1e8, hours: 24 });
  assert.equal(mostMissed(alone), alone.spread.bottleneck);
});

test('no copy at all never ends', () => {
  const plan = planCapacity({ ...usual, events: 1e8, hours: 24, mode: 'bounded' });
  const { holds, phases } = simulate(plan, 'scorer');
  assert.equal(holds, false);
  assert.equal(phases.at(-1)!.seconds, Number.POSITIVE_INFINITY);
});
