import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { initialState } from '../../../lib/learning/backend.js';
import { aroundSums, bindRows, expandOrdered, expandScaled } from '../../../lib/learning/expand.js';
import { planExpansion } from '../../../lib/learning/expansion-plan.js';
import { backendCandidates, findBackend } from '../../../lib/learning/find-backend.js';
import { initialParameters } from '../../../lib/learning/initialise.js';
import { rowMoments } from '../../../lib/learning/moments.js';
import { type Activation, buildNetwork, type Network } from '../../../lib/learning/network.js';
import { freezeScaler, type Scaler } from '../../../lib/learning/scaler.js';
import { createScoreColumns, networkScorePlan } from '../../../lib/learning/score-plan.js';
import { RowScorer } from '../../../lib/learning/score-rows.js';
import { inverseUsualErrors } from '../../../lib/learning/usual-errors.js';
import { leaky, makeRows, tanh, toDense } from '../../unit/learning/fixtures.js';

const long = process.env.RMMSTREAM_TEST_LONG === '1';
const shape = fc.record({
  seed: fc.nat(1e6),
  rows: fc.integer({ min: 1, max: 50 }),
  columns: fc.integer({ min: 2, max: 25 }),
  minFilled: fc.constantFrom(1, 10, 20),
  type: fc.constantFrom('standard' as const, 'minmax' as const),
  constantColumns: fc.constantFrom('around' as const, 'through' as const),
});
type Shape = typeof shape extends fc.Arbitrary<infer Value> ? Value : never;

/** Rows to score, and a scaler made from other rows of the same width; column 0 is constant in training. */
function setup(item: Shape) {
  const train = makeRows(item.seed + 1, 80, item.columns);
  for (let row = 0; row < 80; row++) train.rows.values[train.rows.offsets[row]!] = 2.5;
  const kinds = Array.from({ length: item.columns }, (_, column) => (column % 3 === 0 ? 'rapidity' : 'gev'));
  const options = {
    type: item.type,
    weights: 'none' as const,
    minFilled: item.minFilled,
    minRelativeStd: 1e-6,
    constantColumns: item.constantColumns,
  };
  const moments = rowMoments(train.rows);
  fc.pre([...moments.m2].some((m2, column) => m2 > 0 && moments.filled[column]! >= item.minFilled));
  const scaler = freezeScaler(moments, kinds, options);
  return { data: makeRows(item.seed, item.rows, item.columns), scaler, plan: planExpansion(scaler) };
}

function scaled(scaler: Scaler, dense: Float64Array): Float64Array {
  return dense.map((value, column) => (value - scaler.center[column]!) / scaler.divisor[column]!);
}

function near(actual: number, expected: number, tolerance: number, what: string): void {
  assert.ok(
    Math.abs(actual - expected) <= tolerance * (1 + Math.abs(expected)),
    `${what}: ${actual}, expected ${expected}`,
  );
}

test('expanded rows and the sums around the network equal dense scaling', () => {
  fc.assert(
    fc.property(shape, (item) => {
      const { data, scaler, plan } = setup(item);
      const bound = bindRows(plan, data.rows);
      const count = item.rows;
      const out = new Float32Array((count + 2) * plan.width).fill(7);
      expandScaled(bound, 0, count, out);
      const squares = new Float64Array(count);
      const absolutes = new Float64Array(count);
      aroundSums(bound, 0, count, squares, absolutes);
      const isTrained = new Set(scaler.trained);
      for (const [row, dense] of toDense(data.rows).entries()) {
        const expected = scaled(scaler, dense);
        let square = 0;
        let absolute = 0;
        expected.forEach((value, column) => {
          if (isTrained.has(column)) return;
          square += value * value;
          absolute += Math.abs(value);
        });
        scaler.trained.forEach((column, position) => {
          near(out[row * plan.width + position]!, expected[column]!, 1e-7, `column ${column}`);
        });
        near(squares[row]!, square, 1e-12, 'squares around');
        near(absolutes[row]!, absolute, 1e-12, 'absolutes around');
      }
      assert.ok(
        out.subarray(count * plan.width).every((value) => value === 0),
        'the tail is padded with 0',
      );

      const backwards = Int32Array.from({ length: count }, (_, index) => count - 1 - index);
      const ordered = new Float32Array((count + 1) * plan.width);
      expandOrdered(bound, backwards, 0, count, ordered, 1);
      for (let row = 0; row < count; row++) {
        const from = (count - 1 - row) * plan.width;
        const to = (row + 1) * plan.width;
        assert.deepEqual(
          ordered.subarray(to, to + plan.width),
          out.subarray(from, from + plan.width),
          'the same row in another order',
        );
      }
    }),
    { numRuns: long ? 1000 : 150 },
  );
});

/** The forward pass in float64, one row at a time. */
function reconstruct(network: Network, parameters: readonly Float32Array[], x: Float64Array): Float64Array {
  let value = x.map((entry) => activate(network.description.inputActivation, entry));
  network.layers.forEach((layer, index) => {
    const kernel = parameters[2 * index]!;
    const next = new Float64Array(layer.outputs);
    for (let output = 0; output < layer.outputs; output++) {
      let sum = parameters[2 * index + 1]![output]!;
      for (let input = 0; input < layer.inputs; input++) {
        sum += value[input]! * kernel[input * layer.outputs + output]!;
      }
      next[output] = activate(layer.activation, sum);
    }
    value = next;
  });
  return value;
}

function activate(activation: Activation, value: number): number {
  switch (activation.type) {
    case 'linear':
      return value;
    case 'relu':
      return Math.max(value, 0);
    case 'tanh':
      return Math.tanh(value);
    case 'sigmoid':
      return 1 / (1 + Math.exp(-value));
    case 'leakyrelu':
      return value > 0 ? value : activation.slope * value;
  }
}

test('scores with columns around the network equal a dense computation in float64', async () => {
  const { backend } = await findBackend('onnxruntime-node', backendCandidates(1));
  await fc.assert(
    fc.asyncProperty(shape, fc.integer({ min: 1, max: 9 }), async (item, hidden) => {
      const { data, scaler, plan } = setup(item);
      const { width } = plan;
      const network = buildNetwork(
        {
          name: 'property',
          inputActivation: tanh,
          layers: [
            { units: hidden, activation: leaky },
            { units: 4, activation: { type: 'sigmoid' } },
            { units: 'columns', activation: leaky },
          ],
        },
        width,
      );
      const { parameters } = initialState(initialParameters(network, item.seed));
      const usual = Float64Array.from({ length: width }, (_, column) => 10 ** ((column % 9) - 6));
      const sortedUsual = [...usual].sort((left, right) => left - right);
      const middle = sortedUsual.length / 2;
      const medianUsual = (sortedUsual[Math.floor(middle - 0.5)]! + sortedUsual[Math.floor(middle)]!) / 2;
      const batch = 16;
      const options = { batch, threads: 1 };
      const scorer = await backend.createScorer(network, parameters, inverseUsualErrors(usual), options);
      const out = createScoreColumns(networkScorePlan, item.rows + 1);
      await new RowScorer({ networks: [scorer] }, plan, networkScorePlan).score(data.rows, out, 1);
      await scorer.release();
      const position = new Map([...scaler.trained].map((column, index) => [column, index]));
      for (const [row, dense] of toDense(data.rows).entries()) {
        const full = scaled(scaler, dense);
        const x = Float64Array.from(scaler.trained, (column) => full[column]!);
        const y = reconstruct(network, parameters, x);
        let error = 0;
        let normalised = 0;
        let absolute = 0;
        // Where x and its reconstruction nearly agree, what float32 leaves of their difference is uncertain.
        let rounding = 0;
        for (let column = 0; column < item.columns; column++) {
          const index = position.get(column);
          const distance = index === undefined ? full[column]! : x[index]! - y[index]!;
          const divisor = index === undefined ? 1 : Math.max(usual[index]!, 1e-3 * medianUsual);
          error += distance ** 2 / item.columns;
          normalised += distance ** 2 / divisor / item.columns;
          absolute += Math.abs(distance) / item.columns;
          if (index !== undefined)
            rounding += (Math.abs(distance) * (1 + Math.abs(x[index]!)) * 2 ** -21) / divisor / item.columns;
        }
        near(out.error![row + 1]!, error, 1e-5, 'error');
        near(
          out.error_normalised![row + 1]!,
          normalised,
          1e-5 + rounding / (1 + normalised),
          'error_normalised',
        );
        near(out.error_abs![row + 1]!, Math.log(absolute), 1e-5, 'error_abs');
      }
      assert.equal(out.error![0], 0, 'nothing is written before the first row');
    }),
    { numRuns: long ? 200 : 25 },
  );
});
