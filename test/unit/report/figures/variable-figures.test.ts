import assert from 'node:assert/strict';
import test from 'node:test';
import { compact, variableAxis } from '../../../../services/report/figures/axes.js';
import { coloursOf } from '../../../../services/report/figures/data-over-simulation.js';
import { legendInColumns } from '../../../../services/report/figures/legend.js';

function numbersOf(low: number, high: number): string[] {
  const bins = { scale: 'log10', low: Math.log10(low), high: Math.log10(high), count: 2 } as never;
  const axis = variableAxis({ name: 'm', bins }, Float64Array.of(low, high), true);
  const format = axis.tickFormat as (value: number) => string;
  return [1, 2, 3, 5, 10, 20, 50, 100, 200, 300, 500, 1000]
    .filter((tick) => tick >= low && tick <= high)
    .map(format)
    .filter((text) => text !== '');
}

test('a logarithmic axis has two numbers at least, and powers of ten alone where those are enough', () => {
  assert.deepEqual(numbersOf(15, 900), ['20', '50', '100', '200', '500']);
  assert.deepEqual(numbersOf(5, 1000), ['10', '100', '1000']);
  assert.equal(compact(0.001), '10⁻³');
  assert.equal(compact(2e-5), '2·10⁻⁵');
  assert.equal(compact(0.05), '0.05');
});

test('no two samples of a figure have the same colour, however many samples there are', () => {
  assert.deepEqual(coloursOf([2, 0]), ['var(--c3)', 'var(--c1)']);
  const many = coloursOf([12, 0, 24, 29, 3]);
  assert.equal(new Set(many).size, 5);
  assert.deepEqual([many[1], many[4]], ['var(--c1)', 'var(--c4)']);
});

test('a legend has the longest name that a sample may have within its width', () => {
  const label = 'x'.repeat(64);
  const { svg, height } = legendInColumns(
    [
      { label, colour: 'var(--c1)', mark: 'area' },
      { label: 'data', colour: 'var(--ink)', mark: 'point' },
    ],
    458,
  );
  assert.equal(height, 30);
  assert.ok([...svg.matchAll(/<text x="(\d+)"/g)].every(([, x]) => Number(x) === 22));
});
