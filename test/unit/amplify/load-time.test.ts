import assert from 'node:assert/strict';
import test from 'node:test';
import { LoadTime } from '../../../services/amplify/load/load-time.js';

/** A load of ten seconds on topics that hold three files of an earlier one. */
function load() {
  let nowMs = 0;
  const time = new LoadTime({ seconds: 10 }, () => nowMs, 3);
  return {
    time,
    at: (ms: number) => {
      nowMs = ms;
      return time;
    },
  };
}

test('a copy that does not plan waits for the first file, however long another one weighs its input', () => {
  const { time, at } = load();
  assert.equal(at(60_000).isOver(3), false);
  assert.equal(at(61_000).isOver(4), false, 'its time begins');
  assert.equal(at(76_000).isOver(9), false, 'the other one may still be at its last file');
  assert.equal(at(76_001).isOver(9), true);
  assert.equal(time.isLeft, false);
});

test('a copy that plans begins its time when it has weighed its input, and ends when it has planned', () => {
  const { time, at } = load();
  time.takes();
  assert.equal(at(60_000).isLeft, true);
  time.begins();
  assert.equal(at(69_999).isLeft, true);
  // After a failure it begins again to plan, not to count.
  time.takes();
  time.begins();
  assert.equal(at(70_000).isLeft, false);
  assert.equal(at(90_000).isOver(9), false);
  time.planned();
  assert.equal(time.isOver(9), true);
});

test('a copy that planned until another one took that over ends like any other', () => {
  const { time, at } = load();
  time.takes();
  time.begins();
  time.leaves();
  assert.equal(at(15_000).isOver(9), false);
  assert.equal(at(15_001).isOver(9), true);
});

test('a load with a number of events has all the time', () => {
  const time = new LoadTime({ seconds: undefined }, () => 1e12, 0);
  time.begins();
  assert.deepEqual([time.isLeft, time.isOver(5)], [true, false]);
});
