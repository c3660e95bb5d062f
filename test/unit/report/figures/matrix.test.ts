import assert from 'node:assert/strict';
import test from 'node:test';
import { matrixSvg } from '../../../../services/report/figures/matrix.js';
import { colourOf, logRange, ticksOf } from '../../../../services/report/figures/matrix-scale.js';

const whole = { low: 1, high: 1000, label: 'GeV', colours: 'cool', holds: () => true } as const;

test('the range of a scale is round and covers what it may', () => {
  assert.deepEqual(logRange([0, 3.2, 47, Number.NaN], 4), { low: 3, high: 50 });
  assert.deepEqual(logRange([0.0001, 20], 3), { low: 0.02, high: 20 });
  assert.deepEqual(logRange([7], 3), { low: 0.7, high: 7 });
  assert.equal(logRange([0, -1], 3), undefined);
});

test('ticks are powers of ten, or the ends', () => {
  assert.deepEqual(ticksOf({ low: 1, high: 1000 }), [1, 10, 100, 1000]);
  assert.deepEqual(ticksOf({ low: 2, high: 50 }), [2, 50]);
});

test('colours are logarithmic, and end with the scale', () => {
  const colour = colourOf(whole);
  assert.equal(colour(5000), colour(1000));
  assert.equal(colour(0.1), colour(1));
  assert.equal(new Set([1, 10, 100, 1000].map(colour)).size, 4);
  assert.notEqual(colourOf({ ...whole, colours: 'warm' })(10), colour(10));
});

test('a picture has a cell for each value above 0, names on both axes, and a frame where asked', () => {
  const svg = matrixSvg('m', {
    slots: ['met', 'e1', 'mu1'],
    starts: [1, 2],
    values: [40, 0, 30, -1, 20, 0, 0.5, 0, 10],
    scales: [
      { ...whole, holds: (column) => column !== 6 },
      { ...whole, low: 0.1, high: 1, colours: 'warm', holds: (column) => column === 6 },
    ],
    marked: [4],
    title: (column) => `cell ${column}`,
  });
  const titles = [...svg.matchAll(/<title>cell (\d)<\/title>/g)].map(([, column]) => Number(column));
  assert.deepEqual(titles.sort(), [0, 2, 4, 6, 8]);
  for (const slot of ['met', 'e1', 'mu1']) assert.equal(svg.split(`>${slot}<`).length - 1, 2);
  assert.equal(svg.match(/stroke-width="2"/g)?.length, 1);
  assert.ok(svg.includes(colourOf(whole)(40)));
  assert.doesNotMatch(svg, /NaN/);
});
