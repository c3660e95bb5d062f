import assert from 'node:assert/strict';
import test from 'node:test';
import { shownNumber, shownWithError } from '../../../services/report/render/numbers.js';

test('numbers have their significant digits, whole ones all of theirs', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0'],
    [20253, '20,253'],
    [-7, '−7'],
    [6620809.986, '6,620,810'],
    [0.90696, '0.9070'],
    [12.3456, '12.35'],
    [-0.0123456, '−0.01235'],
    [0.000123456, '1.235 × 10⁻⁴'],
    [5.529312e12 + 0.5, '5.529 × 10¹²'],
    [9.99996, '10.000'],
  ];
  for (const [value, text] of cases) assert.equal(shownNumber(value), text);
  assert.equal(shownNumber(Math.PI, 2), '3.1');
});

test('an error has two digits, and its value the same place', () => {
  const cases: readonly (readonly [number, number, string])[] = [
    [0.9069641, 0.0044374, '0.9070 ± 0.0044'],
    [21573.4, 279.2, '21,573 ± 279'],
    [1.5, 0.0996, '1.50 ± 0.10'],
    [-0.25, 0.1, '−0.25 ± 0.10'],
    [0.00012345, 0.0000034, '(1.234 ± 0.034) × 10⁻⁴'],
    [0, 0.5, '0.00 ± 0.50'],
    [4, 0, '4 ± 0'],
  ];
  for (const [value, error, text] of cases) assert.equal(shownWithError(value, error), text);
});
