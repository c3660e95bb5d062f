import assert from 'node:assert/strict';
import test from 'node:test';
import { stacked } from '../../../services/live/page/stacks.js';
import type { HistogramView, ProcessView } from '../../../services/live/shared/snapshot.js';

const processOf = (name: string, kind: ProcessView['kind'], rows: number): ProcessView => ({
  ...{ name, kind, rows, yield: rows },
});

const histogram = (counts: number[][]): HistogramView => ({ width: 2, first: 0, counts, weights: counts });

/** What a chart draws: it drops what follows the last value. */
const drawnTo = (x: readonly number[], y: readonly (number | null)[]) =>
  x[y.findLastIndex((value) => value !== null)];

test('the last bin that holds something is drawn over its whole width, whatever follows it', () => {
  const processes = [processOf('all', 'background', 6), processOf('two', 'signal', 3)];
  const { x, lines } = stacked(
    histogram([
      [1, 2, 3],
      [1, 2, 0],
    ]),
    processes,
    'counts',
  );
  assert.deepEqual(x, [0, 1, 2, 3, 4, 5, 6]);
  assert.deepEqual(
    lines.map(({ name, y }) => [name, drawnTo(x, y)]),
    [
      ['all', 6],
      ['two', 4],
    ],
  );
  assert.deepEqual(lines[1]!.y, [1, 1, 2, 2, 2, null, null]);
});

test('a gap between bins stays one, and of nothing nothing is drawn', () => {
  const processes = [processOf('gap', 'signal', 2), processOf('none', 'signal', 0)];
  const { lines } = stacked(
    histogram([
      [1, 0, 1],
      [0, 0, 0],
    ]),
    processes,
    'counts',
  );
  assert.deepEqual(lines[0]!.y, [1, 1, null, null, 1, 1, 1]);
  assert.deepEqual(lines[1]!.y, [null, null, null, null, null, null, null]);
});

test('a stack is drawn as sums, and says of each background what it is by itself', () => {
  const processes = [
    processOf('small', 'background', 3),
    processOf('large', 'background', 9),
    processOf('data', 'data', 4),
  ];
  const { lines } = stacked(
    histogram([
      [1, -2],
      [4, 5],
      [0, 4],
    ]),
    processes,
    'weights',
  );
  assert.deepEqual(
    lines.map(({ name, note, y, own }) => ({ name, note, y, own })),
    [
      { name: 'large', note: '9', y: [5, 5, 5, 5, 5], own: [4, 4, 5, 5, null] },
      { name: 'small', note: '-1', y: [1, 1, 1, null, null], own: [1, 1, -2, -2, null] },
      { name: 'data', note: '4', y: [null, null, null, 4, null], own: [null, null, 4, 4, null] },
    ],
  );
});
