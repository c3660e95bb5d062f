import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import type { EnergyBins } from '../../../lib/statistics/energy-bins.js';
import { PairedBootstrap } from '../../../lib/statistics/paired-bootstrap.js';
import { backgroundStream, poissonCounts, signalStream } from '../../../lib/statistics/poisson-counts.js';
import { BackgroundReference } from '../../../lib/statistics/separation.js';

const numRuns = process.env.RMMSTREAM_TEST_LONG === '1' ? 20_000 : 1000;

interface Events {
  readonly weights: Float64Array;
  readonly energy: Float32Array;
  readonly scores: readonly [Float32Array];
}

/** Events with ties; weights are multiples of 1/8, so that sums are exact and totals of 0 are 0. */
function events(maxLength: number, lowest: number): fc.Arbitrary<Events> {
  const event = fc.tuple(
    fc.integer({ min: lowest, max: 24 }),
    fc.integer({ min: 0, max: 9 }),
    fc.integer({ min: -6, max: 6 }),
  );
  return fc.array(event, { maxLength }).map((list) => ({
    weights: Float64Array.from(list, ([weight]) => weight / 8),
    energy: Float32Array.from(list, ([, energy]) => energy),
    scores: [Float32Array.from(list, ([, , score]) => score / 3)],
  }));
}

/** No quotient of two sums of weights: there the curve may be vertical, and rounding takes either end. */
const efficiencies = [Math.SQRT1_2, Math.SQRT1_2 / 10, 0.3 / Math.E];

function resampled({ weights, energy, scores: [scores] }: Events, replica: number, stream: number) {
  const counts = new Uint8Array(weights.length);
  poissonCounts(3, replica, stream, counts);
  return { scores, energy, weights: weights.map((weight, i) => weight * counts[i]!) };
}

for (const [kind, lowest] of [
  ['positive', 1],
  ['signed', -10],
] as const) {
  test(`the areas of a replica are those of events written as often as they count, ${kind} weights`, () => {
    fc.assert(
      fc.property(
        events(60, lowest),
        events(20, lowest),
        fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { maxLength: 4 }),
        (background, signal, cuts) => {
          const edges = Float64Array.from(cuts).sort();
          const bins: EnergyBins = { edges, count: edges.length + 1 };
          const bootstrap = new PairedBootstrap(background, [signal], bins, 0, {
            samples: 2,
            seed: 3,
            efficiencies,
          });
          for (const replica of [0, 1]) {
            bootstrap.step(replica);
            const wanted = new BackgroundReference(
              resampled(background, replica, backgroundStream),
              bins,
              efficiencies,
            ).separation(resampled(signal, replica, signalStream));
            for (const [found, area] of [
              [bootstrap.areas(0, 0, 'all')[replica]!, wanted.auc],
              [bootstrap.areas(0, 0, 'within')[replica]!, wanted.aucWithinBins],
              ...efficiencies.map(
                (share, k) =>
                  [bootstrap.efficiencies(0, 0, k)[replica]!, wanted.signalEfficiency[share]!] as const,
              ),
            ] as const) {
              if ('value' in area) assert.ok(Math.abs(found - area.value) < 1e-12, `${found}, ${area.value}`);
              else assert.ok(Number.isNaN(found), `${found}, ${area.notDefined}`);
            }
          }
        },
      ),
      { numRuns },
    );
  });
}
