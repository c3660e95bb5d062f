import assert from 'node:assert/strict';
import test from 'node:test';
import type { Backend } from '../../../lib/learning/backend.js';
import { benchmarkBackends } from '../../../lib/learning/benchmark.js';
import { openTestBackend } from '../../support/learning-backends.js';

test('rows a second are runs after the first by the given clock; scores are compared with the first backend', async () => {
  const backend = await openTestBackend('onnxruntime-node');
  let now = 0;
  const steps: string[] = [];
  // Every training step takes 50 ms and every scoring 10 ms, and its scores are 1 % too large.
  const slow: Backend = {
    ...backend,
    name: 'slow',
    async createTrainer(...args) {
      const trainer = await backend.createTrainer(...args);
      return {
        ...trainer,
        async step(input, rate) {
          now += 50;
          steps.push('train');
          return trainer.step(input, rate);
        },
      };
    },
    async createScorer(...args) {
      const scorer = await backend.createScorer(...args);
      return {
        ...scorer,
        async score(x) {
          now += 10;
          const sums = await scorer.score(x);
          return { ...sums, squares: sums.squares.map((value) => value * 1.01) };
        },
      };
    },
  };
  const quick: Backend = { ...slow, name: 'quick', createScorer: backend.createScorer };
  const clock = () => now++;
  const [first, second] = await benchmarkBackends([backend, slow], {
    seconds: 0.4,
    threads: 1,
    nowMs: clock,
  });
  assert.equal(first!.name, 'onnxruntime-node');
  assert.equal(first!.difference, 0);
  // 0.1 s each: two steps of 50 ms and one tick of the clock a look.
  assert.equal(steps.length, 3);
  assert.equal(Math.round(second!.trainRows), Math.round((2 * 2048) / 0.102));
  assert.equal(Math.round(second!.scoreRows), Math.round((10 * 2048) / 0.11));
  assert.ok(Math.abs(second!.difference - 0.01) < 1e-5, `${second!.difference}`);

  // Without time for it every backend is still measured once.
  steps.length = 0;
  await benchmarkBackends([quick], { seconds: 0, threads: 1, nowMs: clock });
  assert.equal(steps.length, 2);
});
