import assert from 'node:assert/strict';
import test from 'node:test';
import { renderCurves } from '../../../lib/telemetry/curve-chart.js';

test('a falling curve falls, between its largest and its smallest value', () => {
  assert.equal(
    renderCurves([{ mark: '.', values: [3, 2, 1] }], 10, 3),
    ['3.000 |.', '      | .', '1.000 |  .'].join('\n'),
  );
});

test('a later curve lies over an earlier one, and a missing value is a gap', () => {
  const chart = renderCurves(
    [
      { mark: '.', values: [2, 2, 1] },
      { mark: 'o', values: [2, undefined, 1.5] },
    ],
    10,
    3,
  );
  assert.equal(chart, ['2.000 |o.', '      |  o', '1.000 |  .'].join('\n'));
});

test('more points than columns share one, and a constant curve has a line of its own', () => {
  const many = Array.from({ length: 1000 }, (_, index) => -index);
  const lines = renderCurves([{ mark: '.', values: many }], 20, 4).split('\n');
  assert.equal(Math.max(...lines.map((line) => line.length)), '-999.0 |'.length + 20);
  const marks = lines.flatMap((line) => [...line.slice(8)].filter((mark) => mark === '.'));
  assert.equal(marks.length, 20);
  assert.match(renderCurves([{ mark: '.', values: [5, 5] }], 20, 2), /^5\.000 \|\.\.\n/);
});

test('what has no finite value has no chart', () => {
  assert.equal(renderCurves([{ mark: '.', values: [undefined, Number.NaN] }], 10, 3), '');
  assert.equal(renderCurves([], 10, 3), '');
});
