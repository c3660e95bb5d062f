import assert from 'node:assert/strict';
import test from 'node:test';
import type { EnergyBins } from '../../../lib/statistics/energy-bins.js';
import { type ComparedEvents, PairedBootstrap } from '../../../lib/statistics/paired-bootstrap.js';

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
  for (let replica = 0; replica < samples; replica++) bootstrap.replicate(replica);
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
  for (let replica = 199; replica >= 0; replica--) beside.replicate(replica);
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
  const noBins = made(background, [signal], { notDefined: 'background: too small' }).errors(0, 1);
  assert.ok('value' in noBins.auc);
  assert.deepEqual(noBins.aucWithinBins, { notDefined: 'background: too small' });
  assert.deepEqual(noBins.difference, { notDefined: 'background: too small' });
  assert.deepEqual(made(background, []).areas(0, 1, 'all').length, 200);
});
