import assert from 'node:assert/strict';
import test from 'node:test';
import { boardOptions } from '../../../services/live/scores/board-options.js';
import { ScoreBoard } from '../../../services/live/scores/score-board.js';
import { kafkaConfig } from '../../support/service-context.js';

const samples = (...luminosities: readonly (number | undefined)[]) => [
  { name: 'zee', kind: 'background', files: ['zee.root'] },
  ...luminosities.map((luminosity_fb, at) => ({
    name: `data${at}`,
    kind: 'data',
    files: [`data${at}.root`],
    ...(luminosity_fb === undefined ? {} : { luminosity_fb }),
  })),
];
const optionsOf = (given: Record<string, unknown>) => boardOptions(kafkaConfig(given));

test('simulation is weighted to the luminosity of the data where all of it is known', () => {
  const luminosity = (...of: readonly (number | undefined)[]) => {
    const found = optionsOf({ luminosity_fb: 10, input: { samples: samples(...of) } });
    return [found.luminosityFb, found.luminosityOf, found.simulationScale];
  };
  assert.deepEqual(luminosity(), [10, 'configuration', 1]);
  assert.deepEqual(luminosity(1.5, 3.5), [5, 'data', 0.5]);
  assert.deepEqual(luminosity(1.5, undefined), [10, 'configuration', 1]);
});

test('weights of simulation are shown at that luminosity, those of data and all counts as they are', () => {
  const board = new ScoreBoard(optionsOf({ luminosity_fb: 10, input: { samples: samples(2, 3) } }));
  const rows = { score: [0.5, 0.5], met: [10, 10], mll: [90, 90] };
  board.add({ ...rows, sample: 'zee', kind: 'background', weight: [4, 6] });
  board.add({ ...rows, sample: 'data0', kind: 'data', weight: [1, 1] });
  const { histogram, tail, processes, luminosityFb } = board.section();
  assert.equal(luminosityFb, 5);
  assert.deepEqual(
    processes.map(({ rows: count, yield: sum }) => [count, sum]),
    [
      [2, 5],
      [2, 2],
    ],
  );
  assert.deepEqual(histogram!.weights, [[5], [2]]);
  assert.deepEqual(histogram!.counts, [[2], [2]]);
  assert.equal(tail, undefined);
});

test('a score over powers of ten is looked at by its logarithm, one that is a logarithm or a rank as it is', () => {
  const isLog = (scores: unknown, score: string) => optionsOf({ scores, report: { score } }).isLog;
  assert.equal(isLog([{ type: 'error' }], 'error'), true);
  assert.equal(isLog([{ type: 'error_abs' }], 'error_abs'), false);
  assert.equal(isLog([{ type: 'error_abs', name: 'mine' }], 'mine'), false);
  const ensemble = [{ type: 'error_abs' }, { type: 'ensemble', of: ['error_abs'] }];
  assert.equal(isLog(ensemble, 'ensemble_error_abs'), false, 'the mean of logarithms');
});
