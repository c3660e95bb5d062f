import assert from 'node:assert/strict';
import test from 'node:test';
import { LastWord } from '../../../lib/telemetry/last-word.js';
import { FakeClock } from '../../support/fake-clock.js';

test('names without number are not all remembered: the one that read longest ago is forgotten', async () => {
  const clock = new FakeClock();
  const word = new LastWord(clock);
  const others = Array.from({ length: 63 }, (_, number) => `reader ${number}`);
  for (const name of ['first', 'second', ...others]) word.read(name);
  word.begin();
  for (const name of others) word.read(name);
  let isOver = false;
  let waits = 0;
  const over = word
    .over(undefined, () => {
      waits += 1;
    })
    .then(() => {
      isOver = true;
    });
  await clock.advance(1_000);
  assert.deepEqual([isOver, waits], [false, 1]);
  word.read('second');
  await over;
  assert.deepEqual([clock.pending, waits], [0, 1]);
});
