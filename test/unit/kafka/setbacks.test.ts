import assert from 'node:assert/strict';
import test from 'node:test';
import { RmmError } from '../../../lib/base/error.js';
import { brokerFailure } from '../../../lib/kafka/failures.js';
import { Rejoining, setbackOf } from '../../../lib/kafka/kafkajs/setbacks.js';

function answered(code: number): RmmError {
  return brokerFailure(code, { doing: 'joining', broker: 'b:1' });
}

/** Pauses after the same failure again and again, the longest being 1000 ms. */
function pausesAfter(error: unknown, count = 10): number[] {
  const rejoining = new Rejoining(1000);
  return Array.from({ length: count }, () => rejoining.pauseMs(setbackOf(error)));
}

const rebalance = answered(27);
const refusal = answered(30);

test('what belongs to the life of a group is followed by a short pause each time', () => {
  for (const error of [rebalance, answered(22), answered(25)])
    assert.ok(
      pausesAfter(error).every((ms) => ms <= 50),
      error.message,
    );
});

test('refusals and everything else are asked again more and more seldom, up to the longest pause', () => {
  const lasting = [refusal, answered(26), answered(81), answered(15), new RmmError('kafka_unreachable', 'x')];
  for (const error of [...lasting, new Error('x')]) {
    const pauses = pausesAfter(error);
    for (let at = 1; at < 5; at += 1) assert.ok(pauses[at]! > pauses[at - 1]!, error.message);
    assert.ok(
      pauses.slice(6).every((ms) => ms >= 500 && ms <= 1000),
      error.message,
    );
  }
});

test('after it was in, a failure is the first again', () => {
  const rejoining = new Rejoining(1000);
  for (let count = 0; count < 10; count += 1) rejoining.pauseMs('lost');
  rejoining.joined();
  assert.ok(rejoining.pauseMs('lost') <= 50);
});

test('each failure is what it is', () => {
  assert.equal(setbackOf(rebalance), 'meeting');
  assert.equal(setbackOf(answered(25)), 'forgotten');
  assert.equal(setbackOf(answered(16)), 'moved');
  assert.equal(setbackOf(refusal), 'lost');
  assert.equal(setbackOf(new Error('x')), 'lost');
});
