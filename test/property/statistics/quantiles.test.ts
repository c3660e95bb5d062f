import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { QuantileSketch } from '../../../lib/base/quantile-sketch/quantile-sketch.js';
import { isDefined } from '../../../lib/statistics/measured.js';
import { rocPoints } from '../../../lib/statistics/roc-points.js';
import { sketchedQuantile } from '../../../lib/statistics/sketched-quantile.js';
import { tailCurve } from '../../../lib/statistics/tail-curve.js';
import { weightedQuantiles } from '../../../lib/statistics/weighted.js';

const numRuns = process.env.RMMSTREAM_TEST_LONG === '1' ? 10_000 : 300;

/** Whole weights: sums are exact, so that a level is reached at the same value whatever the order of adding. */
const sample = (value: fc.Arbitrary<number>) =>
  fc
    .array(fc.tuple(value, fc.integer({ min: -3, max: 9 })), { minLength: 1, maxLength: 400 })
    .map((rows) => ({
      values: Float32Array.from(rows, ([number]) => number),
      weights: Float64Array.from(rows, ([, weight]) => weight),
    }))
    .filter(({ weights }) => weights.some((weight) => weight !== 0));

const values = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.float({ noNaN: true, noDefaultInfinity: true, min: -1000, max: 1000 }),
  fc.double({ min: -6, max: 6, noNaN: true }).map((power) => 10 ** power),
);

test('a sketched quantile is as near the exact one as it says, merged or not, and exact when small', () => {
  const levels = [0, 0.01, 0.25, 0.5, 0.9, 0.999, 1];
  fc.assert(
    fc.property(
      sample(values),
      fc.constantFrom(2, 16, 64, 8192),
      fc.nat(3),
      ({ values, weights }, capacity, cut) => {
        const parts = [new QuantileSketch(capacity), new QuantileSketch(capacity)];
        values.forEach((value, row) => {
          parts[row % 4 < cut ? 0 : 1]!.add(value, weights[row]!);
        });
        const [merged, other] = parts as [QuantileSketch, QuantileSketch];
        merged.merge(other);
        const exact = weightedQuantiles(values, weights, levels);
        let before = Number.NEGATIVE_INFINITY;
        levels.forEach((level, i) => {
          const found = sketchedQuantile(merged, level);
          const wanted = exact[i]!;
          assert.ok(isDefined(found) && isDefined(wanted));
          assert.ok(
            Math.abs(found.value - wanted.value) <= found.error,
            `${level}: ${found.value} ${wanted.value}`,
          );
          assert.ok(found.value >= before);
          before = found.value;
          if (merged.resolution > 0) return;
          assert.equal(found.error, 0);
          assert.equal(found.value, wanted.value + 0);
        });
      },
    ),
    { numRuns },
  );
});

test('a thinned curve keeps to the whole one, and is short', () => {
  const curve = ({ values, weights }: { values: Float32Array; weights: Float64Array }) =>
    tailCurve(values, weights);
  fc.assert(
    fc.property(sample(values), sample(values), fc.constantFrom(0.02, 0.1, 0.5), (above, below, step) => {
      const [signal, background] = [curve(above), curve(below)];
      const thin = rocPoints(signal, background, step);
      const whole = rocPoints(signal, background, 0);
      assert.equal(isDefined(thin), isDefined(whole));
      if (!isDefined(thin) || !isDefined(whole)) return;
      const [xs, ys] = [thin.background, thin.signal];
      assert.deepEqual([xs[0], ys[0], xs.at(-1), ys.at(-1)], [0, 0, 1, 1]);
      const least = xs.find((x) => x > 0)!;
      assert.ok(xs.length <= 2 * (2 / step + Math.log(1 / least) / Math.log(1.1) + 2));
      for (let i = 1; i < xs.length; i++) assert.ok(xs[i]! >= xs[i - 1]! && ys[i]! >= ys[i - 1]!);
      whole.background.forEach((x, i) => {
        const y = whole.signal[i]!;
        const nearest = xs.reduce(
          (best, kept, j) => Math.min(best, Math.abs(kept - x) + Math.abs(ys[j]! - y)),
          2,
        );
        assert.ok(nearest <= step + 1e-12, `${nearest} from the kept points`);
      });
    }),
    { numRuns },
  );
});
