import assert from 'node:assert/strict';
import test from 'node:test';
import { Notes } from '../../../lib/kafka/notes.js';

test('a note is passed on once a minute, with the number of those held back', () => {
  const heard: string[] = [];
  let now = 0;
  const notes = new Notes(
    (text) => heard.push(text),
    () => now,
  );
  for (now = 0; now < 60_000; now += 1000) notes.say('slow');
  notes.say('other');
  assert.deepEqual(heard, ['slow', 'other']);
  now = 61_000;
  notes.say('slow');
  now = 200_000;
  notes.say('slow');
  assert.deepEqual(heard.slice(2), ['slow (and 59 times before)', 'slow']);
});

test('it forgets old notes rather than keep them all', () => {
  const heard: string[] = [];
  const notes = new Notes(
    (text) => heard.push(text),
    () => 0,
  );
  for (let index = 0; index < 1000; index += 1) notes.say(`note ${index}`);
  notes.say('note 999');
  notes.say('note 0');
  assert.equal(heard.length, 1001);
});

test('a broker is lost once and found once', () => {
  const heard: string[] = [];
  const notes = new Notes((text) => heard.push(text));
  notes.found('a:1');
  notes.lost('a:1', 'refused');
  notes.lost('a:1', 'refused again');
  notes.found('a:1');
  notes.found('a:1');
  notes.lost('a:1', 'timed out');
  assert.deepEqual(heard, [
    'broker a:1 lost: refused',
    'broker a:1 found again',
    'broker a:1 lost: timed out',
  ]);
});
