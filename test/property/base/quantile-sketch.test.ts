import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { QuantileSketch } from '../../../lib/base/quantile-sketch/quantile-sketch.js';
import { Random } from '../../../lib/learning/random.js';

const runs = { numRuns: process.env.RMMSTREAM_TEST_LONG === '1' ? 500 : 60 };
const world = fc.record({
  seed: fc.nat(1e9),
  rows: fc.integer({ min: 1, max: 6000 }),
  capacity: fc.constantFrom(2, 16, 300, 8192),
  shape: fc.constantFrom('tail', 'signed', 'ties', 'narrow'),
});

function makeValues(seed: number, rows: number, shape: string) {
  const random = new Random('scores', [seed]);
  const draw = (): number => {
    const u = random.unit();
    if (shape === 'tail') return (1 - u) ** -1.5;
    if (shape === 'signed') return 20 * (u - 0.5) ** 3;
    if (shape === 'ties') return Math.floor(5 * u) - 2;
    return 1 + u / 1000;
  };
  const values = Float64Array.from({ length: rows }, () => Math.fround(draw()));
  const weights = Float64Array.from({ length: rows }, () => random.unit() - 0.2 || 1);
  return { values, weights };
}

function sketchOf(values: Float64Array, weights: Float64Array, capacity: number): QuantileSketch {
  const sketch = new QuantileSketch(capacity);
  values.forEach((value, row) => {
    sketch.add(value, weights[row]!);
  });
  return sketch;
}

/** Share of abs(weight) below a value, half of what equals it included. */
function exactRank(values: Float64Array, weights: Float64Array, value: number): number {
  let below = 0;
  let total = 0;
  values.forEach((one, row) => {
    const weight = Math.abs(weights[row]!);
    total += weight;
    below += one < value ? weight : one === value ? weight / 2 : 0;
  });
  return below / total;
}

test('ranks rise, lie within their bounds, and are those of a value as close as the resolution', () => {
  fc.assert(
    fc.property(world, ({ seed, rows, capacity, shape }) => {
      const { values, weights } = makeValues(seed, rows, shape);
      const sketch = sketchOf(values, weights, capacity);
      assert.ok(sketch.toJson().keys.length <= capacity);
      const [least, greatest] = [Math.min(...values), Math.max(...values)];
      const some = values.subarray(0, 40);
      const probes = [
        ...some,
        ...some.map((value) => Math.fround(value * 1.001)),
        0,
        least - 1,
        greatest,
        -1e30,
      ]
        .filter((value) => value <= greatest)
        .sort((a, b) => a - b);
      let before = 0;
      for (const probe of probes) {
        const rank = sketch.rank(probe);
        const { low, high } = sketch.bounds(probe);
        const exact = exactRank(values, weights, probe);
        assert.ok(rank >= before && rank < 1, `${probe}: ${rank} after ${before}`);
        assert.ok(rank >= low - 1e-12 && rank <= high + 1e-12, `${probe}: ${rank} in ${low}, ${high}`);
        assert.ok(exact >= low - 1e-12 && exact <= high + 1e-12, `${probe}: ${exact} in ${low}, ${high}`);
        const width = sketch.resolution * Math.abs(probe);
        if (sketch.resolution === 0) {
          assert.ok(Math.abs(rank - exact) < 1e-12, `${probe}: ${rank}, not ${exact}`);
        } else if (sketch.resolution < 0.5) {
          const [from, to] = [probe - width, probe + width].map((value) => exactRank(values, weights, value));
          assert.ok(rank >= from! - 1e-12 && rank <= to! + 1e-12, `${probe}: ${rank} in ${from}, ${to}`);
        }
        before = rank;
      }
    }),
    runs,
  );
});

test('what is left above a rank has a small relative error, far into the tail', () => {
  const { values, weights } = makeValues(11, 200000, 'tail');
  const sketch = sketchOf(values, weights, 2048);
  assert.ok(sketch.resolution > 0 && sketch.resolution <= 1 / 64, `resolution ${sketch.resolution}`);
  const sorted = values.toSorted();
  for (const share of [0.1, 0.01, 1e-3, 1e-4]) {
    const value = sorted[Math.floor(values.length * (1 - share))]!;
    const left = 1 - exactRank(values, weights, value);
    const found = 1 - sketch.rank(value);
    // The tail falls as value^(-2/3): a value that is off by the resolution is off by less in what is left. One
    // event more or less is beyond that where few are left.
    const one = 2 / (share * values.length);
    assert.ok(Math.abs(found / left - 1) < sketch.resolution + one, `${share}: ${found}, not ${left}`);
  }
});

test('beyond the largest value ranks go on rising below 1', () => {
  fc.assert(
    fc.property(world, ({ seed, rows, capacity, shape }) => {
      const { values, weights } = makeValues(seed, rows, shape);
      const sketch = sketchOf(values, weights, capacity);
      const greatest = Math.max(...values);
      let before = sketch.rank(greatest);
      for (const factor of [0.1, 0.5, 1, 10, 1000]) {
        const rank = sketch.rank(greatest + factor * (Math.abs(greatest) || 1));
        assert.ok(rank > before && rank < 1, `${factor}: ${rank} after ${before}`);
        before = rank;
      }
      assert.ok(Number.isNaN(sketch.rank(Number.NaN)));
    }),
    runs,
  );
});

test('merging in any order has the same buckets, and in the same order the same bits', () => {
  fc.assert(
    fc.property(world, fc.integer({ min: 1, max: 5 }), ({ seed, rows, capacity, shape }, parts) => {
      const { values, weights } = makeValues(seed, rows, shape);
      const whole = sketchOf(values, weights, capacity);
      const size = Math.ceil(rows / parts);
      const cut = () =>
        Array.from({ length: parts }, (_, part) =>
          sketchOf(
            values.subarray(part * size, (part + 1) * size),
            weights.subarray(part * size, (part + 1) * size),
            capacity,
          ),
        );
      const merge = (list: QuantileSketch[]) =>
        list.reduce((left, right) => {
          left.merge(right);
          return left;
        });
      const forwards = merge(cut()).toJson();
      assert.deepEqual(merge(cut()).toJson(), forwards);
      for (const json of [forwards, merge(cut().reverse()).toJson()]) {
        const { weights: sums, ...rest } = json;
        const { weights: expected, ...others } = whole.toJson();
        assert.deepEqual(rest, others);
        sums.forEach((sum, index) => {
          assert.ok(Math.abs(sum - expected[index]!) <= 1e-9 * (1 + expected[index]!));
        });
      }
      const read = QuantileSketch.fromJson(JSON.parse(JSON.stringify(forwards)));
      assert.ok(read instanceof QuantileSketch);
      assert.deepEqual(read.toJson(), forwards);
    }),
    runs,
  );
});
