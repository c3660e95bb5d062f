import assert from 'node:assert/strict';
import test from 'node:test';
import { eventsBehind, roomFor } from '../../../services/amplify/load/load-room.js';

const bounds = { partitions: 4, transactionMessages: 8, rate: undefined, maxWaiting: undefined };

test('a plan goes ahead of what is delivered by two transactions of each partition, or by about two seconds', () => {
  assert.equal(roomFor({ planned: 0, delivered: 0, waiting: 0 }, bounds), 64);
  assert.equal(roomFor({ planned: 100, delivered: 40, waiting: 0 }, bounds), 4);
  assert.ok(roomFor({ planned: 110, delivered: 40, waiting: 0 }, bounds) <= 0);
  assert.equal(roomFor({ planned: 0, delivered: 0, waiting: 0 }, { ...bounds, rate: 8192 * 3 }), 7);
  // 100 events a second: a block lasts 82 s, and what is planned is delivered before the load ends.
  assert.equal(roomFor({ planned: 0, delivered: 0, waiting: 0 }, { ...bounds, rate: 100 }), 2);
});

test('no more events wait for their scores than allowed', () => {
  const bounded = { ...bounds, maxWaiting: 8192 * 10 };
  assert.equal(roomFor({ planned: 20, delivered: 20, waiting: 8192 * 5 }, bounded), 5);
  assert.ok(roomFor({ planned: 20, delivered: 20, waiting: 8192 * 10 }, bounded) <= 0);
  assert.equal(roomFor({ planned: 20, delivered: 20, waiting: 0 }, bounded), 10);
  assert.equal(roomFor({ planned: 80, delivered: 20, waiting: 0 }, bounded), 4);
});

test('events behind some blocks of a plan', () => {
  const files = [
    { firstBlock: 0, blocks: 2, entries: 9000 },
    { firstBlock: 2, blocks: 0, entries: 0 },
    { firstBlock: 2, blocks: 1, entries: 500 },
    { firstBlock: 3, blocks: 3, entries: 20_000 },
  ];
  for (const [blocks, events] of [
    [0, 29_500],
    [1, 29_500 - 8192],
    [2, 20_500],
    [3, 20_000],
    [5, 20_000 - 2 * 8192],
    [6, 0],
    [9, 0],
  ] as const)
    assert.equal(eventsBehind(files, blocks), events, `${blocks}`);
});
