import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { Hash64, salt } from '../../../lib/base/hash64.js';
import type { EnergyBins } from '../../../lib/statistics/energy-bins.js';
import { LinearBootstrap } from '../../../lib/statistics/linear-bootstrap.js';
import { PairedBootstrap } from '../../../lib/statistics/paired-bootstrap.js';
import type { ComparedEvents } from '../../../lib/statistics/score-comparison.js';

const numRuns = process.env.RMMSTREAM_TEST_LONG === '1' ? 2000 : 100;
const oneBin: EnergyBins = { edges: new Float64Array(0), count: 1 };

function side(scores: readonly number[], weights: readonly number[]): ComparedEvents {
  const values = Float32Array.from(scores);
  return { weights: Float64Array.from(weights), energy: values, scores: [values] };
}

function linearError(background: ComparedEvents, signal: ComparedEvents, share: number) {
  const linear = new LinearBootstrap(background, [signal], oneBin, 0, [share]);
  for (let step = 0; step < linear.steps; step++) linear.step(step);
  return linear.errors(0, 0).signalEfficiency[share]!;
}

function errors(background: ComparedEvents, signal: ComparedEvents, share: number) {
  const paired = new PairedBootstrap(background, [signal], oneBin, 0, {
    samples: 100,
    seed: 5,
    efficiencies: [share],
  });
  for (let replica = 0; replica < paired.steps; replica++) paired.step(replica);
  return [paired.errors(0, 0).signalEfficiency[share]!, linearError(background, signal, share)];
}

const share = fc.double({ min: 0.02, max: 0.98, noNaN: true });
const weights = (length: number) =>
  fc.array(fc.integer({ min: 1, max: 40 }), { minLength: length, maxLength: length });

test('where all signal lies above all background, or all below, the efficiency has no error', () => {
  fc.assert(
    fc.property(share, weights(300), weights(40), fc.boolean(), (at, below, above, isAbove) => {
      const background = side(
        below.map((_, i) => i),
        below,
      );
      const signal = side(
        above.map((_, i) => (isAbove ? 1000 + i : -1000 - i)),
        above,
      );
      for (const error of errors(background, signal, at)) {
        if ('notDefined' in error) assert.match(error.notDefined, /effective background events/);
        else assert.equal(error.value, 0);
      }
    }),
    { numRuns },
  );
});

test('errors do not change with the unit of the weights, nor under a rising function of the scores', () => {
  const scores = (length: number) =>
    fc.array(fc.integer({ min: 0, max: 60 }), { minLength: length, maxLength: length });
  fc.assert(
    fc.property(share, scores(80), weights(80), scores(30), weights(30), (at, b, bw, s, sw) => {
      const found = errors(side(b, bw), side(s, sw), at);
      const power = (list: readonly number[]) => list.map((score) => 3 * score - 7);
      const units = (list: readonly number[], unit: number) => list.map((weight) => unit * weight);
      const other = errors(side(power(b), units(bw, 2)), side(power(s), units(sw, 0.25)), at);
      assert.deepEqual(other, found);
      for (const error of found) if ('value' in error) assert.ok(error.value >= 0 && error.value <= 1);
    }),
    { numRuns },
  );
});

test('sixteen times the events make a quarter of the error', () => {
  const hash = new Hash64().start(salt('toys'));
  const next = () => hash.add(0, 1).unit();
  const sample = (rows: number, shift: number) => {
    const scores = Array.from({ length: rows }, () => shift - Math.log(1 - next()));
    return side(
      scores,
      scores.map(() => 0.5 + next()),
    );
  };
  const error = (rows: number, at: number) => {
    const found = linearError(sample(10 * rows, 0), sample(rows, 0.7), at);
    assert.ok('value' in found);
    return found.value;
  };
  for (const at of [0.1, 0.01]) {
    const ratio = error(1000, at) / error(16_000, at);
    // At 0.01 the smaller sample has 100 background events above the threshold.
    assert.ok(Math.abs(ratio / 4 - 1) < (at < 0.1 ? 0.3 : 0.1), `${at}: ${ratio}`);
  }
});
