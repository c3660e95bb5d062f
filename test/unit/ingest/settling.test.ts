import assert from 'node:assert/strict';
import test from 'node:test';
import { Settling } from '../../../services/ingest/settling.js';

const look = (bytes: number, changedMs = 1) => ({ bytes, changedMs });

test('a file stands once neither size nor time of change has moved for a while', () => {
  const settling = new Settling(100);
  assert.equal(settling.stands('a', look(5), 0), false);
  assert.equal(settling.stands('a', look(5), 99), false);
  assert.equal(settling.stands('a', look(5), 100), true);
  assert.equal(settling.stands('a', look(6), 101), false, 'it has grown');
  assert.equal(settling.stands('a', look(6), 150), false);
  assert.equal(settling.stands('a', look(6, 2), 200), false, 'it was written again, as large as before');
  assert.equal(settling.stands('a', look(6, 2), 300), true);
});

test('files do not wait for each other', () => {
  const settling = new Settling(100);
  settling.stands('a', look(5), 0);
  settling.stands('b', look(5), 90);
  assert.equal(settling.stands('a', look(5), 100), true);
  assert.equal(settling.stands('b', look(5), 100), false);
});

test('one that comes back is new', () => {
  const settling = new Settling(100);
  settling.stands('a', look(5), 0);
  assert.equal(settling.stands('a', undefined, 50), false);
  assert.equal(settling.stands('a', look(5), 100), false);
  assert.equal(settling.stands('a', look(5), 200), true);
});

test('without a time to settle the first look is enough', () => {
  const settling = new Settling(0);
  assert.equal(settling.stands('a', look(5), 0), true);
});

test('one that was refused waits for a change, however long', () => {
  const settling = new Settling(100);
  settling.stands('a', look(5), 0);
  settling.refuse('a');
  assert.equal(settling.stands('a', look(5), 1e9), false);
  assert.equal(settling.stands('a', look(5, 2), 1e9), false);
  assert.equal(settling.stands('a', look(5, 2), 1e9 + 100), true);
  settling.refuse('unknown');
  assert.equal(settling.stands('unknown', look(1), 0), false);
});

test('one that time may mend has to stand still once more', () => {
  const settling = new Settling(100);
  settling.stands('a', look(5), 0);
  settling.again('a', 150);
  assert.equal(settling.stands('a', look(5), 249), false);
  assert.equal(settling.stands('a', look(5), 250), true);
});

test('what is no longer there is forgotten', () => {
  const settling = new Settling(100);
  settling.stands('a', look(5), 0);
  settling.stands('b', look(5), 0);
  settling.keep(new Set(['b']));
  assert.equal(settling.stands('a', look(5), 100), false);
  assert.equal(settling.stands('b', look(5), 100), true);
});
