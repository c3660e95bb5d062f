import assert from 'node:assert/strict';
import test from 'node:test';
import type { SampleCutFlow } from '../../../services/pipeline/cutflow.js';
import type { RunReport } from '../../../services/pipeline/report.js';
import {
  checkYields,
  cutShort,
  differingCrossSections,
  shareDeviation,
  sharedChannels,
} from '../../../services/report/sample-checks.js';

type Input = RunReport['inputs'][number];

function input(sample: string, file: string, productions: readonly (readonly [number, number])[]): Input {
  return {
    sample,
    kind: 'background',
    file,
    fingerprint: file,
    bytes: 1,
    entries: 10,
    productions: productions.map(([channel, pb]) => ({
      channel,
      cross_section_pb: pb,
      sum_of_weights: 100,
    })),
    corrupt_weights: 0,
  };
}

function flow(weighted: number): SampleCutFlow {
  return {
    kind: 'background',
    files: [],
    entries: 10,
    cuts: [
      { cut: 'all', raw: 10, weighted },
      { cut: 'leptons', raw: 5, weighted: weighted / 2 },
    ],
    dead_letters: {},
    unclassified_jets: 0,
    surplus_objects: 0,
  };
}

test('a sample with more weighted events than cross section x luminosity is named', () => {
  const inputs = [input('a', 'a1', [[1, 2]]), input('a', 'a2', [[1, 2]]), input('b', 'b1', [[2, 3]])];
  const found = checkYields(inputs, { a: flow(1900), b: flow(3100) }, 1000, 0.01);
  assert.deepEqual(found, [
    { sample: 'a', written: 1900, allowed: 2000, exceeds: false },
    { sample: 'b', written: 3100, allowed: 3000, exceeds: true },
  ]);
  const [, within] = checkYields(inputs, { a: flow(1900), b: flow(3029) }, 1000, 0.01);
  assert.equal(within!.exceeds, false, 'within the tolerance');
});

test('samples that max_events has cut short are named', () => {
  const samples = { short: { entries: 400 }, whole: { entries: 399 } };
  assert.deepEqual(cutShort(samples, 400), ['short']);
  assert.deepEqual(cutShort(samples, 9_007_199_254_740_991), []);
});

test('a sample of several channels may have the events of them all', () => {
  const inputs = [
    input('a', 'a1', [
      [1, 2],
      [2, 5],
    ]),
  ];
  const [found] = checkYields(inputs, { a: flow(6500) }, 1000, 0);
  assert.deepEqual([found!.allowed, found!.exceeds], [7000, false]);
});

test('data have no cross section, and no yield to check', () => {
  const { productions, corrupt_weights, ...data } = input('d', 'd1', []);
  assert.deepEqual(checkYields([data as Input], { d: flow(500) }, 1000, 0), []);
});

test('channels with several cross sections, and channels in several samples', () => {
  const inputs = [input('a', 'a1', [[1, 2]]), input('b', 'b1', [[1, 2.5]]), input('c', 'c1', [[3, 1]])];
  assert.deepEqual(
    differingCrossSections(inputs).map(({ channel, values }) => [channel, values.map(({ pb }) => pb)]),
    [[1, [2, 2.5]]],
  );
  assert.deepEqual(
    sharedChannels(inputs).map(({ channel }) => channel),
    [1],
  );
  assert.deepEqual(differingCrossSections([input('a', 'a1', [[1, 2]]), input('b', 'b1', [[1, 2]])]), []);
});

test('a share is as far from the nominal one as a binomial says', () => {
  assert.equal(shareDeviation(200, 1000, 0.2), 0);
  assert.ok(Math.abs(shareDeviation(240, 1000, 0.2) - 40 / Math.sqrt(160)) < 1e-12);
  assert.equal(shareDeviation(0, 0, 0.2), 0);
});
