import assert from 'node:assert/strict';
import test from 'node:test';
import { GenerationLog } from '../../../services/kafka/generation-log.js';
import type { RecordOf } from '../../../services/kafka/progress-records.js';

const generation = (number: number, rows = 1): RecordOf<'generation'> => ({
  type: 'generation',
  number,
  to: [number + 1],
  rows,
  channels: [],
});

test('generations follow each other from 0; another number is passed over', () => {
  const log = new GenerationLog();
  for (const number of [1, 0, 0, 2, 1]) log.add(generation(number, 10 + number));
  assert.equal(log.count, 2);
  assert.deepEqual(
    [0, 1, 2].map((number) => log.at(number)?.rows),
    [10, 11, undefined],
  );
  log.add(generation(0, 99));
  assert.equal(log.at(0)?.rows, 10);
});

test('what a model was made of is let go, numbers stay, and the last one is there to go on from', () => {
  const log = new GenerationLog();
  for (let number = 0; number < 1000; number += 1) {
    log.add(generation(number));
    log.letGoBefore(number - 1);
    assert.equal(log.count, number + 1);
    assert.equal(log.at(number - 2), undefined);
    if (number > 0) assert.equal(log.at(number - 1)?.number, number - 1);
    assert.equal(log.at(number)?.number, number);
  }
  log.letGoBefore(5000);
  assert.equal(log.count, 1000);
  assert.equal(log.at(999)?.number, 999);
  log.add(generation(1000));
  assert.equal(log.at(1000)?.number, 1000);
});
