import assert from 'node:assert/strict';
import test from 'node:test';
import { buildNetwork } from '../../../../lib/learning/network.js';
import { boundSpace, drawCandidate, type SearchSpace } from '../../../../lib/learning/tuning/space.js';
import { expectError } from '../expect-error.js';

export const space: SearchSpace = {
  activations: ['relu', 'leakyrelu', 'tanh', 'linear'],
  outputActivations: ['linear', 'leakyrelu'],
  inputActivations: ['tanh'],
  slopes: [1, 0.1],
  learningRates: [0.09, 0.001],
  learningRateRange: { min: 1e-4, max: 1e-1, share: 0.5 },
  kernelL1: [0, 0.5],
  activityL2: [0, 0.01],
  penalised: 'latent',
  encoder: [
    { min: 60, max: 0 },
    { min: 30, max: 59 },
    { min: 10, max: 29 },
  ],
  latent: { min: 1, max: 9 },
};

test('every draw is a network of the space: widths in their ranges, a mirrored decoder, penalties where they belong', () => {
  const columns = 107;
  const bound = boundSpace(space, columns);
  assert.equal(bound.encoder[0]!.max, 106);
  const seen = { first: new Set<number>(), rates: new Set<number>(), latent: new Set<number>() };
  for (let index = 0; index < 2000; index += 1) {
    const { network, learningRate, latent } = drawCandidate(bound, 7, index);
    const { layers } = buildNetwork(network, columns);
    assert.equal(layers.length, 8);
    const widths = layers.slice(0, -1).map(({ outputs }) => outputs);
    assert.deepEqual(widths, [...widths].reverse());
    const types = layers.slice(0, -1).map(({ activation }) => activation);
    assert.deepEqual(types, [...types].reverse());
    assert.equal(widths[3], latent);
    for (const [range, width] of [...bound.encoder, bound.latent].map(
      (range, at) => [range, widths[at]!] as const,
    ))
      assert.ok(width >= range.min && width <= range.max, `${width}`);
    for (const [at, { penalties }] of layers.entries())
      if (at !== 3) assert.deepEqual([penalties.kernelL1, penalties.activityL2], [0, 0]);
    const slopes = layers.flatMap(({ activation }) =>
      activation.type === 'leakyrelu' ? [activation.slope] : [],
    );
    assert.ok(new Set(slopes).size <= 1);
    assert.ok(space.learningRates.includes(learningRate) || (learningRate >= 1e-4 && learningRate <= 1e-1));
    seen.first.add(widths[0]!);
    seen.latent.add(latent);
    seen.rates.add(learningRate);
  }
  // Both ends of every range are drawn, and about half of the rates from the list.
  assert.ok(seen.first.has(60) && seen.first.has(106) && seen.first.size === 47);
  assert.equal(seen.latent.size, 9);
  assert.ok(seen.rates.size > 500);
});

test('rates of the range are log-uniform', () => {
  const rates = Array.from(
    { length: 4000 },
    (_, index) =>
      drawCandidate(
        boundSpace({ ...space, learningRateRange: { min: 1e-4, max: 1e-2, share: 1 } }, 107),
        3,
        index,
      ).learningRate,
  );
  const below = rates.filter((rate) => rate < 1e-3).length / rates.length;
  assert.ok(Math.abs(below - 0.5) < 0.03, `${below}`);
});

test('a configuration follows from seed and number alone', () => {
  const bound = boundSpace(space, 107);
  const numbers = [5, 0, 17, 3];
  const forward = numbers.map((index) => drawCandidate(bound, 1, index));
  const backward = [...numbers].reverse().map((index) => drawCandidate(bound, 1, index));
  assert.deepEqual(forward, backward.reverse());
  assert.notDeepEqual(forward[0], drawCandidate(bound, 2, 5));
});

test('all hidden layers have the penalties where that is asked for', () => {
  const bound = boundSpace({ ...space, penalised: 'hidden', kernelL1: [0.5], activityL2: [0.01] }, 107);
  const { layers } = buildNetwork(drawCandidate(bound, 1, 0).network, 107);
  const penalties = layers.map((layer) => [layer.penalties.kernelL1, layer.penalties.activityL2]);
  assert.deepEqual(penalties, [...Array.from({ length: 7 }, () => [0.5, 0.01]), [0, 0]]);
});

test('widths that do not fit the trained columns are refused with the key', () => {
  expectError(
    () => boundSpace(space, 40),
    'tune_space_invalid',
    /tune\.space\.encoder\[0\]\.min is 60, but 40 columns are trained, so hidden layers are at most 39 wide; expected at most 39/,
  );
  expectError(
    () => boundSpace({ ...space, latent: { min: 1, max: 107 } }, 107),
    'tune_space_invalid',
    /tune\.space\.latent\.max is 107, but 107 columns are trained.*expected 0 or at most 106/,
  );
  // The option of decisions.md 24: a latent layer up to n - 1.
  assert.equal(boundSpace({ ...space, latent: { min: 1, max: 0 } }, 107).latent.max, 106);
});
