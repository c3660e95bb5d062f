import assert from 'node:assert/strict';
import test from 'node:test';
import { localP } from '../../../services/report/bump-words.js';
import { percent, shortP } from '../../../services/report/words.js';

test('percentages have no digits that binary fractions add', () => {
  // 0.07 * 100 is 7.000000000000001, and 0.29 * 100 is 28.999999999999996.
  assert.deepEqual([0.07, 0.29, 0.0007, 0.1, 1e-7, 0].map(percent), [
    '7 %',
    '29 %',
    '0.07 %',
    '10 %',
    '0.00001 %',
    '0 %',
  ]);
});

test('p-values below all numbers are words, and mantissas end below 10', () => {
  assert.deepEqual([shortP(0), shortP(0.01234)], ['below 1e-300', '0.012']);
  const notDefined = { notDefined: 'too small' };
  assert.equal(localP({ pValue: notDefined, log10P: -400.4 }), '4.0e-401');
  assert.equal(localP({ pValue: notDefined, log10P: -399.0001 }), '1.0e-399');
});
