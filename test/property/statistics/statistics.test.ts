import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { isDefined, type Measured } from '../../../lib/statistics/measured.js';
import { descendingOrder } from '../../../lib/statistics/order.js';
import { areaUnderCurve, signalEfficiency } from '../../../lib/statistics/roc.js';
import { tailCurve } from '../../../lib/statistics/tail-curve.js';
import { weightedQuantiles } from '../../../lib/statistics/weighted.js';

const numRuns = process.env.RMMSTREAM_TEST_LONG === '1' ? 20_000 : 500;

interface Sample {
  readonly scores: Float32Array;
  readonly weights: Float64Array;
}

/** Samples with ties and, if asked for, negative weights; mostly with a positive sum. */
function sample(lowest: number): fc.Arbitrary<Sample> {
  const score = fc.oneof(fc.integer({ min: -4, max: 4 }), fc.float({ noNaN: true, min: -5, max: 5 }));
  const event = fc.tuple(score, fc.double({ min: lowest, max: 3, noNaN: true }));
  return fc
    .array(event, { minLength: 1, maxLength: 60 })
    .map((events) => ({
      scores: Float32Array.from(events, ([value]) => value),
      weights: Float64Array.from(events, ([, weight]) => weight),
    }))
    .filter(conditioned);
}

/** Where weights nearly cancel, every share is rounding blown up; the properties are for the others. */
function conditioned({ weights }: Sample): boolean {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const absolute = weights.reduce((sum, weight) => sum + Math.abs(weight), 0);
  return Math.abs(total) > 1e-3 * absolute;
}

const curve = ({ scores, weights }: Sample) => tailCurve(scores, weights);
const mapped = ({ scores, weights }: Sample, change: (score: number) => number): Sample => ({
  scores: scores.map(change),
  weights,
});

function near(left: Measured, right: Measured, change: (value: number) => number = (value) => value): void {
  assert.equal(isDefined(left), isDefined(right));
  if (isDefined(left) && isDefined(right)) {
    assert.ok(Math.abs(change(left.value) - right.value) < 1e-11, `${left.value} ${right.value}`);
  }
}

for (const [kind, lowest] of [
  ['positive', 1e-3],
  ['signed', -1],
] as const) {
  test(`with ${kind} weights the AUC is bounded and turns over with the sides, and with the score`, () => {
    fc.assert(
      fc.property(sample(lowest), sample(lowest), (signal, background) => {
        const area = areaUnderCurve(curve(signal), curve(background));
        if (isDefined(area)) assert.ok(area.value >= 0 && area.value <= 1);
        near(area, areaUnderCurve(curve(background), curve(signal)), (value) => 1 - value);
        const negative = [signal, background].map((side) => curve(mapped(side, (score) => -score)));
        near(area, areaUnderCurve(negative[0]!, negative[1]!), (value) => 1 - value);
      }),
      { numRuns },
    );
  });

  test(`with ${kind} weights nothing changes under a rising map of the score or a common factor`, () => {
    fc.assert(
      fc.property(
        sample(lowest),
        sample(lowest),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (signal, background, share) => {
          // Rounding may make equal what was not, so the scores are compared after the map as they stand.
          const double = (score: number) => (score > 0 ? score * 8 : score * 2);
          const before = [curve(signal), curve(background)] as const;
          const scaled = {
            scores: mapped(signal, double).scores,
            weights: signal.weights.map((weight) => weight * 4),
          };
          const after = [curve(scaled), curve(mapped(background, double))] as const;
          near(areaUnderCurve(...before), areaUnderCurve(...after));
          near(signalEfficiency(...before, share), signalEfficiency(...after, share));
        },
      ),
      { numRuns },
    );
  });
}

test('the AUC of positive weights is the weighted share of pairs, ties half', () => {
  fc.assert(
    fc.property(sample(1e-3), sample(1e-3), (signal, background) => {
      let won = 0;
      let all = 0;
      signal.scores.forEach((score, i) => {
        background.scores.forEach((other, j) => {
          const weight = signal.weights[i]! * background.weights[j]!;
          all += weight;
          won += score > other ? weight : score === other ? weight / 2 : 0;
        });
      });
      near(areaUnderCurve(curve(signal), curve(background)), { value: won / all });
    }),
    { numRuns },
  );
});

test('the order is that of a stable comparison sort', () => {
  fc.assert(
    fc.property(fc.array(fc.float({ noNaN: true }), { maxLength: 200 }), (list) => {
      const values = Float32Array.from(list);
      const expected = Array.from(values.keys()).sort((a, b) => {
        const left = values[a]!;
        const right = values[b]!;
        return left > right ? -1 : left < right ? 1 : a - b;
      });
      assert.deepEqual([...descendingOrder(values)], expected);
    }),
    { numRuns },
  );
});

test('a quantile is the smallest value that has the share of abs(weight) at or below it', () => {
  fc.assert(
    fc.property(sample(-1), fc.double({ min: 0.001, max: 1, noNaN: true }), ({ scores, weights }, level) => {
      fc.pre(weights.some((weight) => weight !== 0));
      const [quantile] = weightedQuantiles(scores, weights, [level]);
      assert.ok(quantile !== undefined && isDefined(quantile));
      const share = (keep: (score: number) => boolean) => {
        let kept = 0;
        let all = 0;
        scores.forEach((score, i) => {
          all += Math.abs(weights[i]!);
          if (keep(score)) kept += Math.abs(weights[i]!);
        });
        return kept / all;
      };
      assert.ok(share((score) => score <= quantile.value) >= level - 1e-12);
      assert.ok(share((score) => score < quantile.value) < level + 1e-12);
    }),
    { numRuns },
  );
});
