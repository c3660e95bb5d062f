import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { Scorer } from '../../../lib/learning/backend.js';
import { bucketSource } from '../../../lib/learning/batches.js';
import { aroundSums, bindCells, bindRows, expandScaled } from '../../../lib/learning/expand.js';
import { type ExpansionPlan, planExpansion } from '../../../lib/learning/expansion-plan.js';
import { rowMoments } from '../../../lib/learning/moments.js';
import { ScaledBuffer } from '../../../lib/learning/scale-rows.js';
import { freezeScaler } from '../../../lib/learning/scaler.js';
import { createScoreColumns, RowScorer } from '../../../lib/learning/score-rows.js';
import { expectError } from '../../unit/learning/expect-error.js';
import { bucketOf, makeRows } from '../../unit/learning/fixtures.js';

const numRuns = process.env.RMMSTREAM_TEST_LONG === '1' ? 2000 : 150;

const shape = fc.record({
  seed: fc.nat(1e6),
  rows: fc.integer({ min: 1, max: 60 }),
  columns: fc.integer({ min: 2, max: 25 }),
  minFilled: fc.constantFrom(1, 20, 60),
  type: fc.constantFrom('standard' as const, 'minmax' as const),
  constantColumns: fc.constantFrom('around' as const, 'through' as const),
});
type Shape = typeof shape extends fc.Arbitrary<infer Value> ? Value : never;

function setup({ seed, rows, columns, minFilled, type, constantColumns }: Shape) {
  const moments = rowMoments(makeRows(seed + 1, 80, columns).rows);
  fc.pre([...moments.m2].some((m2, column) => m2 > 0 && moments.filled[column]! >= minFilled));
  const options = { type, weights: 'none', minFilled, minRelativeStd: 1e-6, constantColumns } as const;
  const kinds = Array.from({ length: columns }, (_, column) => (column % 3 === 0 ? 'rapidity' : 'gev'));
  const plan = planExpansion(freezeScaler(moments, kinds, options));
  return { data: makeRows(seed, rows, columns), plan };
}

/** A backend whose sums are those of the rows themselves, so that every bit of a row shows. */
function summing({ width }: ExpansionPlan, batch: number): Scorer {
  const sums = (x: Float32Array, of: (value: number) => number) =>
    Float32Array.from({ length: batch }, (_, row) =>
      x.subarray(row * width, (row + 1) * width).reduce((sum, value, at) => sum + of(value) * (at + 1), 0),
    );
  return {
    batch,
    score: async (x) => ({
      squares: sums(x, (value) => value * value),
      normalised: sums(x, (value) => 3 * value),
      absolutes: sums(x, Math.abs),
    }),
    release: async () => undefined,
  } as Scorer;
}

test('scaled rows expand, sum and score with the bits of the rows that they were made of', async () => {
  await fc.assert(
    fc.asyncProperty(shape, async (item) => {
      const { data, plan } = setup(item);
      const buffer = new ScaledBuffer();
      // What an earlier, larger block left must not show.
      buffer.fill(plan, makeRows(item.seed + 2, 70, item.columns).rows);
      const scaled = buffer.fill(plan, data.rows);
      const count = item.rows;
      const [expected, found] = [0, 1].map(() => new Float32Array(count * plan.width)) as [
        Float32Array,
        Float32Array,
      ];
      expandScaled(bindRows(plan, data.rows), 0, count, expected);
      expandScaled(bindCells(plan, scaled), 0, count, found);
      assert.deepEqual(found, expected);
      const [squares, absolutes] = [new Float64Array(count), new Float64Array(count)];
      aroundSums(bindRows(plan, data.rows), 0, count, squares, absolutes);
      assert.deepEqual(scaled.squares.subarray(0, count), squares);
      assert.deepEqual(scaled.absolutes.subarray(0, count), absolutes);

      const scorer = new RowScorer(summing(plan, 16), plan);
      const [raw, ours] = [createScoreColumns(count + 1), createScoreColumns(count + 1)];
      await scorer.score(data.rows, raw, 1);
      await scorer.scoreScaled(scaled, ours, 1);
      assert.deepEqual(ours, raw);
    }),
    { numRuns },
  );
});

test('training batches of scaled rows are those of the rows that they were made of', async () => {
  await fc.assert(
    fc.asyncProperty(shape, fc.integer({ min: 1, max: 9 }), async (item, size) => {
      const { data, plan } = setup(item);
      const scaled = new ScaledBuffer().fill(plan, data.rows);
      const key = { seed: item.seed, pass: 0, megaset: 1, epoch: 2 };
      const seen = async (rows: typeof data.rows | typeof scaled) => {
        const batches: unknown[] = [];
        const bucket = { ...bucketOf(data), load: () => ({ ...data, rows }) };
        for await (const batch of bucketSource(plan, [bucket], size, { mode: 'abs', scale: 2 }).batches(
          key,
          0,
        ))
          batches.push([batch.x.slice(), batch.weights.slice(), batch.real]);
        return batches;
      };
      assert.deepEqual(await seen(scaled), await seen(data.rows));
    }),
    { numRuns },
  );
});

test('rows of another scaler, or with other values than their cells ask for, are refused', () => {
  const item = {
    seed: 1,
    rows: 9,
    columns: 12,
    minFilled: 20,
    type: 'standard',
    constantColumns: 'around',
  } as const;
  const { data, plan } = setup(item);
  const scaled = new ScaledBuffer().fill(plan, data.rows);
  expectError(() => bindCells(plan, { ...scaled, scaler: 'other' }), 'scaler_mismatch', /scaler other of 12/);
  expectError(() => bindCells(plan, { ...scaled, columns: 13 }), 'scaler_mismatch', /of 13 columns/);
  const offsets = scaled.offsets.slice();
  offsets[4]! -= 1;
  expectError(
    () => bindCells(plan, { ...scaled, offsets }),
    'scaler_mismatch',
    /scaled row 3 holds \d+ values/,
  );
});
