import assert from 'node:assert/strict';
import test from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { RunGate } from '../../../services/live/run-gate.js';

test('an open gate costs nothing; a closed one holds all until it opens', async () => {
  const gate = new RunGate();
  assert.equal(gate.pass(), undefined);
  gate.close();
  gate.close();
  assert.ok(gate.isClosed);
  const order: string[] = [];
  const lanes = ['a', 'b'].map(async (lane) => {
    await gate.pass();
    order.push(lane);
  });
  await setImmediate();
  assert.deepEqual([order, gate.waiting], [[], 2]);
  gate.open();
  await Promise.all(lanes);
  assert.deepEqual([order, gate.waiting, gate.isClosed], [['a', 'b'], 0, false]);
  assert.equal(gate.pass(), undefined);
});
