import assert from 'node:assert/strict';
import test from 'node:test';
import { Random } from '../../../lib/learning/random.js';
import {
  judgeParts,
  judgeVariables,
  runsAsParts,
  samplesAsParts,
  standoutsOf,
} from '../../../services/agreement/judge.js';
import { findStandouts } from '../../../services/agreement/standouts.js';
import { placesOf, type VariableBins } from '../../../services/agreement/variable-bins.js';
import type { VariableCounts } from '../../../services/agreement/variable-counts.js';

const bins: VariableBins = { low: 0, high: 1, count: 240, scale: 'linear', whole: false };

/** Events of a triangular shape; a share of them moved to the upper end. */
function events(seed: number, count: number, moved = 0): Float64Array {
  const random = new Random('standouts', [seed]);
  const counts = new Float64Array(placesOf(bins));
  for (let i = 0; i < count; i++) {
    const value = random.unit() < moved ? 0.9 + 0.1 * random.unit() : (random.unit() + random.unit()) / 2;
    counts[1 + Math.floor(value * bins.count)]! += 1;
  }
  return counts;
}

/** Simulation with small errors. */
function simulation(seed: number) {
  const sums = events(seed, 50_000);
  return { sums, squares: sums.slice(), events: sums.slice() };
}

const level = 1e-4;
const bad = (parts: Float64Array[]) =>
  findStandouts(bins, parts, simulation(99), level).map(({ standsOut }) => standsOut);

test('no part of equal shapes stands out', () => {
  assert.deepEqual(bad([events(1, 3000), events(2, 5000), events(3, 800), events(4, 3000)]), [
    false,
    false,
    false,
    false,
  ]);
});

test('the bad part alone stands out, though it is most of the others of each other part', () => {
  assert.deepEqual(bad([events(1, 3000), events(2, 3000), events(3, 9000, 0.1), events(4, 3000)]), [
    false,
    false,
    true,
    false,
  ]);
});

test('two bad parts stand out, and not the good ones between them', () => {
  assert.deepEqual(
    bad([events(1, 4000, 0.15), events(2, 4000), events(3, 4000, 0.1), events(4, 4000), events(5, 4000)]),
    [true, false, true, false, false],
  );
});

test('of two parts the one further from simulation stands out', () => {
  assert.deepEqual(bad([events(1, 4000), events(2, 4000, 0.1)]), [false, true]);
  assert.deepEqual(bad([events(1, 4000, 0.1), events(2, 4000)]), [true, false]);
});

test('one part has no others, and a part of a few events is not compared', () => {
  const [one] = findStandouts(bins, [events(1, 3000, 0.5)], simulation(99), level);
  assert.deepEqual([one!.standsOut, 'notDefined' in one!.againstOthers], [false, true]);
  const [small] = findStandouts(bins, [events(1, 5, 1), events(2, 3000)], simulation(99), level);
  assert.equal(small!.standsOut, false);
  assert.ok(
    'notDefined' in small!.againstOthers && /^5 events against/.test(small!.againstOthers.notDefined),
  );
});

function variable(name: string, data: readonly Float64Array[]): VariableCounts {
  return { name, kind: 'feature', bins, simulation: simulation(99), bySample: [], data };
}

const sources = [
  { sample: 'a', run: 1 },
  { sample: 'a', run: 2 },
  { sample: 'b', run: 3 },
  { sample: 'b', run: undefined },
];

test('samples are made of their runs, and of the runs without a source of their own', () => {
  assert.deepEqual(samplesAsParts(sources), [
    { name: 'a', sources: [0, 1] },
    { name: 'b', sources: [2, 3] },
  ]);
  assert.deepEqual(
    runsAsParts(sources).map(({ name }) => name),
    ['1', '2', '3'],
  );
});

test('one bad run is named as a run, and its sample as a sample', () => {
  const data = [events(1, 4000), events(2, 4000), events(3, 4000, 0.2), events(4, 4000)];
  const variables = [
    variable(
      'good',
      [1, 2, 3, 4].map((seed) => events(seed, 4000)),
    ),
    variable('odd', data),
  ];
  const runs = judgeParts(variables, runsAsParts(sources), 0.001);
  const flagged = runs.map(({ verdicts }) => verdicts.map(({ standsOut }) => standsOut));
  assert.deepEqual(flagged, [
    [false, false, false],
    [false, false, true],
  ]);
  const samples = judgeParts(variables, samplesAsParts(sources), 0.001);
  assert.deepEqual(
    samples[1]!.verdicts.map(({ standsOut }) => standsOut),
    [false, true],
  );
});

test('a variable that is counted twice stands out once, by the smaller p-value', () => {
  const threeSamples = [
    { sample: 'a', run: 1 },
    { sample: 'b', run: 2 },
    { sample: 'c', run: 3 },
  ];
  const bad = (moved: number) => [events(1, 4000), events(2, 4000), events(3, 4000, moved)];
  const variables = [variable('mll', bad(0.04)), variable('other', bad(0.05)), variable('mll', bad(0.07))];
  const judged = judgeParts(variables, samplesAsParts(threeSamples), 0.001);
  assert.deepEqual(
    judged.map(({ verdicts }) => verdicts[2]!.standsOut),
    [true, true, true],
  );
  const found = standoutsOf(judged, 2);
  assert.deepEqual(
    found.map(({ variable: one }) => variables.indexOf(one)),
    [2, 1],
  );
});

test('of a thousand variables of equal shapes none disagrees, and a mismodelled one does', () => {
  const equal = Array.from({ length: 1000 }, (_, i) => variable(`v${i}`, [events(i, 400)]));
  const judged = judgeVariables([...equal, variable('odd', [events(5000, 400, 0.15)])], 0.001);
  assert.equal(judged[0]!.variable.name, 'odd');
  assert.deepEqual(
    judged.filter(({ agrees }) => !agrees).map(({ variable: { name } }) => name),
    ['odd'],
  );
  // Without the adjustment some of the equal ones would be named.
  const raw = judged.filter(({ comparison }) => 'p' in comparison && comparison.p < 0.01);
  assert.ok(raw.length > 1, `${raw.length} below 0.01`);
});
