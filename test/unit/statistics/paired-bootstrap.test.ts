import assert from 'node:assert/strict';
import test from 'node:test';
import { Hash64, salt } from '../../../lib/base/hash64.js';
import type { EnergyBins } from '../../../lib/statistics/energy-bins.js';
import { LinearBootstrap } from '../../../lib/statistics/linear-bootstrap.js';
import { PairedBootstrap } from '../../../lib/statistics/paired-bootstrap.js';
import type { ComparedEvents } from '../../../lib/statistics/score-comparison.js';

const oneBin: EnergyBins = { edges: new Float64Array(0), count: 1 };

function events(scores: readonly number[][], weights: readonly number[]): ComparedEvents {
  return {
    weights: Float64Array.from(weights),
    energy: Float32Array.from(scores[0]!),
    scores: scores.map((list) => Float32Array.from(list)),
  };
}

function made(
  background: ComparedEvents,
  signals: ComparedEvents[],
  bins: EnergyBins | { readonly notDefined: string } = oneBin,
  samples = 200,
) {
  const bootstrap = new PairedBootstrap(background, signals, bins, 0, { samples, seed: 1 });
  for (let replica = 0; replica < samples; replica++) bootstrap.step(replica);
  return bootstrap;
}

const sequence = (rows: number, step: number) => Array.from({ length: rows }, (_, i) => (i * step) % rows);
const background = events([sequence(100, 7), sequence(100, 37)], new Array<number>(100).fill(1));
const signal = events([sequence(60, 7), sequence(60, 37)], new Array<number>(60).fill(0.5));

test('a score with the order of the null score differs from it by exactly nothing', () => {
  const twice = (side: ComparedEvents): ComparedEvents => ({
    ...side,
    scores: [side.scores[0]!, side.scores[0]!.map((score) => 3 * score - 40)],
  });
  const errors = made(twice(background), [twice(signal)]).errors(0, 1);
  assert.deepEqual(errors.difference, { value: 0 });
  assert.ok('value' in errors.aucWithinBins && errors.aucWithinBins.value > 0.01);
});

test('errors of a signal do not depend on the signals beside it, nor replicas on their order', () => {
  const other = events(
    [
      [1, 2, 50],
      [3, 4, 5],
    ],
    [1, -0.2, 1],
  );
  const alone = made(background, [signal]);
  const beside = new PairedBootstrap(background, [other, signal], oneBin, 0, { samples: 200, seed: 1 });
  for (let replica = 199; replica >= 0; replica--) beside.step(replica);
  assert.deepEqual(beside.errors(1, 1), alone.errors(0, 1));
});

test('an error without ground says why', () => {
  const reason = (result: object) => (result as { notDefined: string }).notDefined;
  const strange = {
    ...background,
    scores: [background.scores[0]!, background.scores[1]!.map(() => Number.NaN)],
  };
  assert.match(reason(made(strange, [signal]).errors(0, 1).auc), /in 200 of 200 bootstrap samples/);
  assert.ok('value' in made(strange, [signal]).errors(0, 0).auc);
  // One event is absent from e^-1 of all replicas, two from e^-2.
  for (const rows of [0, 1, 2]) {
    const few = events([sequence(rows, 1), sequence(rows, 1)], new Array<number>(rows).fill(1));
    assert.match(reason(made(background, [few]).errors(0, 1).auc), /too few events/);
  }
  assert.match(reason(made(background, [signal], oneBin, 1).errors(0, 1).auc), /fewer than 2/);
  // A hundredth of 100 events is one of them, and a threshold at two.
  assert.match(
    reason(made(background, [signal]).errors(0, 1).signalEfficiency['0.01']!),
    /^2\.0 effective background events at the threshold are too few \(at least 3\)$/,
  );
  assert.ok('value' in made(background, [signal]).errors(0, 1).signalEfficiency['0.1']!);
  assert.match(
    reason(made(strange, [signal]).errors(0, 1).signalEfficiency['0.1']!),
    /in 200 of 200 bootstrap samples/,
  );
  const noBins = made(background, [signal], { notDefined: 'background: too small' }).errors(0, 1);
  assert.ok('value' in noBins.auc);
  assert.deepEqual(noBins.aucWithinBins, { notDefined: 'background: too small' });
  assert.deepEqual(noBins.difference, { notDefined: 'background: too small' });
  assert.deepEqual(made(background, []).areas(0, 1, 'all').length, 200);
});

/** Uniform in [0, 1), the same in every run. */
function uniform(): () => number {
  const hash = new Hash64().start(salt('toys'));
  return () => hash.add(0, 1).unit();
}

test('with many events the linear formula is the bootstrap, in bins and with negative weights', () => {
  const next = uniform();
  const side = (rows: number, shift: number) => {
    const energy = Array.from({ length: rows }, () => -Math.log(1 - next()) * (1 + shift));
    const scores = energy.map((value) => value + 2 * next() + shift);
    const weights = energy.map(() => (next() < 0.1 ? -1 : 1) * next());
    return events([energy, scores], weights);
  };
  const many = side(10_000, 0);
  const signals = [side(500, 0.3), side(3000, 0)];
  const bins: EnergyBins = { edges: Float64Array.of(0.3, 0.7, 1.2, 2), count: 5 };
  const samples = 500;
  const bootstrap = made(many, signals, bins, samples);
  const linear = new LinearBootstrap(many, signals, bins, 0);
  for (let step = linear.steps - 1; step >= 0; step--) linear.step(step);
  // Four standard deviations of a standard deviation from 500 samples.
  const tolerance = 4 / Math.sqrt(2 * samples);
  for (const [index] of signals.entries()) {
    for (const key of ['auc', 'aucWithinBins', 'difference'] as const) {
      const left = linear.errors(index, 1)[key];
      const right = bootstrap.errors(index, 1)[key];
      assert.ok('value' in left && 'value' in right);
      assert.ok(Math.abs(left.value / right.value - 1) < tolerance, `${key}: ${left.value}, ${right.value}`);
    }
    for (const share of ['0.1', '0.01']) {
      const left = linear.errors(index, 1).signalEfficiency[share]!;
      const right = bootstrap.errors(index, 1).signalEfficiency[share]!;
      assert.ok('value' in left && 'value' in right);
      assert.ok(
        Math.abs(left.value / right.value - 1) < tolerance,
        `${share}: ${left.value}, ${right.value}`,
      );
    }
  }
});

test('without weights the linear formula is that of DeLong, with n for n - 1', () => {
  const linear = new LinearBootstrap(background, [signal], oneBin, 0);
  linear.step(1);
  const found = linear.errors(0, 1).auc;
  const wins = (left: number, right: number) => (left > right ? 1 : left === right ? 0.5 : 0);
  const mean = (list: readonly number[]) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const variance = (list: readonly number[]) => mean(list.map((value) => (value - mean(list)) ** 2));
  const below = [...background.scores[1]!];
  const scores = [...signal.scores[1]!];
  const ofSignal = scores.map((score) => mean(below.map((other) => wins(score, other))));
  const ofBackground = below.map((other) => mean(scores.map((score) => wins(score, other))));
  const wanted = Math.sqrt(variance(ofSignal) / scores.length + variance(ofBackground) / below.length);
  assert.ok('value' in found && Math.abs(found.value - wanted) < 1e-12);
});

test('the linear formula without ground says why', () => {
  const few = events(
    [
      [1, 2],
      [3, 4],
    ],
    [1, 1],
  );
  const strange = { ...signal, scores: [signal.scores[0]!, signal.scores[1]!.map(() => Number.NaN)] };
  const linear = new LinearBootstrap(background, [few, strange, signal], { notDefined: 'too small' }, 0);
  for (let step = 0; step < linear.steps; step++) linear.step(step);
  assert.deepEqual(linear.errors(0, 1).auc, { notDefined: '2 signal events are too few' });
  assert.deepEqual(linear.errors(1, 1).auc, { notDefined: 'the area is not defined' });
  assert.ok('value' in linear.errors(2, 1).auc);
  const efficiency = (of: number, share: string) => linear.errors(of, 1).signalEfficiency[share]!;
  assert.deepEqual(efficiency(0, '0.1'), { notDefined: '2 signal events are too few' });
  assert.deepEqual(efficiency(1, '0.1'), { notDefined: 'the efficiency is not defined' });
  assert.ok('value' in efficiency(2, '0.1'));
  assert.match(JSON.stringify(efficiency(2, '0.01')), /2\.0 effective background events at the threshold/);
  assert.deepEqual(linear.errors(2, 1).difference, { notDefined: 'too small' });
});
