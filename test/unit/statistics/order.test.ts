import assert from 'node:assert/strict';
import test from 'node:test';
import { descendingOrder } from '../../../lib/statistics/order.js';

test('values of every sign and size fall, equal ones keep their order', () => {
  const values = Float32Array.of(0, -0, 1, -1, 1e-45, -1e-45, Infinity, -Infinity, 3.4e38, -3.4e38, 1, 0);
  assert.deepEqual([...descendingOrder(values)], [6, 8, 2, 10, 4, 0, 1, 11, 5, 3, 9, 7]);
  assert.deepEqual([...descendingOrder(new Float32Array(0))], []);
  assert.deepEqual([...descendingOrder(new Float32Array(3))], [0, 1, 2]);
});

test('a slice of a larger buffer is sorted by its own values', () => {
  const values = Float32Array.of(9, 9, 1, 3, 2, 9).subarray(2, 5);
  assert.deepEqual([...descendingOrder(values)], [1, 2, 0]);
});
