import assert from 'node:assert/strict';
import test from 'node:test';
import { costOf, hyperbandBrackets } from '../../../../lib/learning/tuning/brackets.js';
import { plannedBrackets, sizeOf } from '../../../../lib/learning/tuning/plan.js';
import { promoted } from '../../../../lib/learning/tuning/schedule.js';

const pairs = (maxEpochs: number, factor: number) =>
  hyperbandBrackets(maxEpochs, factor).map((rungs) => rungs.map(({ trials, epochs }) => [trials, epochs]));

test('brackets are those of table 1 of the Hyperband paper (JMLR 18, 2018), R = 81, eta = 3', () => {
  assert.deepEqual(pairs(81, 3), [
    [
      [81, 1],
      [27, 3],
      [9, 9],
      [3, 27],
      [1, 81],
    ],
    [
      [34, 3],
      [11, 9],
      [3, 27],
      [1, 81],
    ],
    [
      [15, 9],
      [5, 27],
      [1, 81],
    ],
    [
      [8, 27],
      [2, 81],
    ],
    [[5, 81]],
  ]);
});

test('epochs are whole where R is no power of eta, and the last rung has all of them', () => {
  assert.deepEqual(pairs(10, 3), [
    [
      [9, 1],
      [3, 3],
      [1, 10],
    ],
    [
      [5, 3],
      [1, 10],
    ],
    [[3, 10]],
  ]);
  assert.deepEqual(pairs(1, 3), [[[1, 1]]]);
  // 243 = 3^5, where a logarithm of doubles falls short.
  assert.equal(pairs(243, 3)[0]!.length, 6);
});

test('a promoted configuration goes on: only the epochs that it has not seen cost', () => {
  const [first] = hyperbandBrackets(81, 3);
  assert.equal(costOf(first!), 81 + 27 * 2 + 9 * 6 + 3 * 18 + 54);
});

test('without a limit Hyperband goes once through its brackets, and random search takes as many epochs', () => {
  const plan = { maxEpochs: 9, factor: 3, trials: 0, epochs: 0, endless: false };
  assert.deepEqual(
    [...plannedBrackets({ ...plan, algorithm: 'hyperband' })].map(({ first, rungs }) => [
      first,
      rungs.length,
    ]),
    [
      [0, 3],
      [9, 2],
      [14, 1],
    ],
  );
  const size = sizeOf({ ...plan, algorithm: 'hyperband' });
  assert.deepEqual(size, { trials: 17, epochs: 9 + 6 + 6 + 15 + 6 + 27 });
  assert.equal(sizeOf({ ...plan, algorithm: 'random' }).trials, Math.floor(size.epochs / 9));
});

test('with a limit it begins anew with new configurations, and the last bracket is cut to what fits', () => {
  const plan = {
    algorithm: 'hyperband',
    maxEpochs: 9,
    factor: 3,
    trials: 20,
    epochs: 0,
    endless: false,
  } as const;
  const brackets = [...plannedBrackets(plan)];
  assert.deepEqual(brackets.at(-1), {
    first: 17,
    rungs: [
      { trials: 3, epochs: 3 },
      { trials: 1, epochs: 9 },
    ],
  });
});

test('only trainings that did not diverge are promoted, the best first, ties by number', () => {
  const standings = [
    { trial: 4, error: 0.5 },
    { trial: 1, error: Number.NaN },
    { trial: 2, error: 0.2 },
    { trial: 3, error: 0.2 },
    { trial: 0, error: Number.POSITIVE_INFINITY },
  ];
  assert.deepEqual(promoted(standings, 2), [2, 3]);
  assert.deepEqual(promoted(standings, 5), [2, 3, 4]);
});
