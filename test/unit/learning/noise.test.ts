import assert from 'node:assert/strict';
import test from 'node:test';
import { buildNetwork, type LayerDescription } from '../../../lib/learning/network.js';
import { NoiseSource } from '../../../lib/learning/noise.js';
import { leaky } from './fixtures.js';

const batch = 2048;
const layers: LayerDescription[] = [
  { units: 40, activation: leaky, dropout: 0.2 },
  { units: 30, activation: { type: 'linear' }, kind: 'gaussian' },
  { units: 40, activation: leaky, dropout: 0.7 },
  { units: 'columns', activation: leaky },
];
const network = buildNetwork({ name: 'noisy', inputActivation: leaky, layers }, 9);

/** The arrays of a step, from a source of its own. */
function noise(seed: number, step: number): readonly Float32Array[] {
  const source = new NoiseSource(network, seed, batch);
  source.fill(step);
  return source.arrays;
}

test('a network lists its noise in the order of its layers', () => {
  assert.deepEqual(network.noise, [
    { name: 'noise_0/keep', layer: 0, width: 40, kind: 'dropout', rate: 0.2 },
    { name: 'noise_1/eps', layer: 1, width: 30, kind: 'normal', rate: 0 },
    { name: 'noise_2/keep', layer: 2, width: 40, kind: 'dropout', rate: 0.7 },
  ]);
});

test('noise follows from seed and step alone', () => {
  const source = new NoiseSource(network, 3, batch);
  for (const step of [1, 2, 9, 5]) source.fill(step);
  assert.deepEqual(source.arrays, noise(3, 5));
  for (const [index, array] of noise(3, 6).entries()) assert.notDeepEqual(array, source.arrays[index]);
  for (const [index, array] of noise(4, 5).entries()) assert.notDeepEqual(array, source.arrays[index]);
});

test('eps has mean 0, variance 1 and the tails of a normal distribution, and steps do not hang together', () => {
  const [, eps] = noise(1, 1);
  const [, next] = noise(1, 2);
  const count = eps!.length;
  const mean = (value: (at: number) => number) => {
    let sum = 0;
    for (let at = 0; at < count; at++) sum += value(at);
    return sum / count;
  };
  // Five standard errors each; rows share a table, which makes errors a little larger than for free numbers.
  const error = 5 / Math.sqrt(count);
  assert.ok(Math.abs(mean((at) => eps![at]!)) < error);
  assert.ok(Math.abs(mean((at) => eps![at]! ** 2) - 1) < Math.SQRT2 * error);
  assert.ok(Math.abs(mean((at) => eps![at]! ** 4) - 3) < Math.sqrt(96) * error);
  assert.ok(Math.abs(mean((at) => (Math.abs(eps![at]!) > 1.959964 ? 1 : 0)) - 0.05) < 0.22 * error);
  assert.ok(Math.abs(mean((at) => eps![at]! * next![at]!)) < error);
});

test('dropout sets its share to 0 and divides the rest by what is kept', () => {
  for (const [index, rate] of [
    [0, 0.2],
    [2, 0.7],
  ] as const) {
    const mask = noise(1, 1)[index]!;
    const dropped = mask.filter((value) => value === 0).length / mask.length;
    assert.ok(Math.abs(dropped - rate) < 5 * Math.sqrt((rate * (1 - rate)) / mask.length), `${dropped}`);
    const kept = Math.fround(1 / (1 - rate));
    assert.ok(mask.every((value) => value === 0 || value === kept));
  }
});
