import assert from 'node:assert/strict';
import test from 'node:test';
import { numberColumns } from '../../../services/report/number-columns.js';

test('rows become a list by column, and what is not defined keeps its reason and its rows', () => {
  assert.deepEqual(
    numberColumns([
      { threshold: 0, z: { value: 2.5 } },
      { threshold: 10, z: { notDefined: 'no background' } },
      { threshold: 20, z: { notDefined: 'no background' } },
      { threshold: 30, z: { notDefined: 'no signal' } },
    ]),
    {
      columns: { threshold: [0, 10, 20, 30], z: [2.5, null, null, null] },
      not_defined: { z: { 'no background': [1, 2], 'no signal': [3] } },
    },
  );
  assert.deepEqual(numberColumns([{ a: 1 }]), { columns: { a: [1] } });
  assert.deepEqual(numberColumns([]), { columns: {} });
});
