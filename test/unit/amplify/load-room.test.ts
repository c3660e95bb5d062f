import assert from 'node:assert/strict';
import test from 'node:test';
import { roomFor } from '../../../services/amplify/load/load-room.js';

const bounds = { partitions: 4, transactionMessages: 8, rate: undefined, maxWaiting: undefined };

test('a plan goes ahead of what is delivered by two transactions of each partition, or by about a second', () => {
  assert.equal(roomFor({ planned: 0, delivered: 0, scored: 0 }, bounds), 64);
  assert.equal(roomFor({ planned: 100, delivered: 40, scored: 0 }, bounds), 4);
  assert.ok(roomFor({ planned: 110, delivered: 40, scored: 0 }, bounds) <= 0);
  assert.equal(roomFor({ planned: 0, delivered: 0, scored: 0 }, { ...bounds, rate: 8192 * 3 }), 7);
});

test('no more wait for their scores than allowed', () => {
  const waiting = { ...bounds, maxWaiting: 8192 * 10 };
  assert.equal(roomFor({ planned: 20, delivered: 20, scored: 15 }, waiting), 5);
  assert.ok(roomFor({ planned: 20, delivered: 20, scored: 10 }, waiting) <= 0);
  assert.equal(roomFor({ planned: 20, delivered: 20, scored: 20 }, waiting), 10);
});
