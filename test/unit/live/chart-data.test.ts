import assert from 'node:assert/strict';
import test from 'node:test';
import { type ChartData, middleAt, readingAt } from '../../../services/live/page/chart-data.js';

test('a place belongs to the bin between whose edges it lies', () => {
  const x = [10, 11, 12, 13, 14];
  for (const [place, middle] of [
    [9, 1],
    [10, 1],
    [11.9, 1],
    [12, 3],
    [13.9, 3],
    [14, 3],
    [99, 3],
  ] as const)
    assert.equal(middleAt(x, place), middle, String(place));
});

test('a reading says lines that are known there, each as it is by itself', () => {
  const data: ChartData = {
    ...{ x: [1, 2], xLabel: '', yLabel: '', empty: '' },
    lines: [
      { name: 'sum', colour: 'c1', kind: 'fill', y: [5, 5], own: [2, null] },
      { name: 'unknown', colour: 'c2', kind: 'line', y: [null, 3] },
      { name: 'plain', colour: 'c3', kind: 'line', y: [0, 1] },
    ],
    placeText: (at) => `point ${at}`,
    valueText: (value) => `${value} GeV`,
  };
  const { place, values } = readingAt(data, 0);
  assert.equal(place, 'point 0');
  assert.deepEqual(
    values.map(({ line, text }) => [line.name, text]),
    [
      ['sum', '2 GeV'],
      ['plain', '0 GeV'],
    ],
  );
});
