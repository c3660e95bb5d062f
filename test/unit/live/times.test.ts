import assert from 'node:assert/strict';
import test from 'node:test';
import { momentText, timeText } from '../../../services/live/page/times.js';

/** In the time zone of whoever looks. */
const noon = new Date(2026, 10, 27, 12, 0, 5).getTime();
const dayMs = 86_400_000;

test('a moment of another day than today has its date', () => {
  assert.equal(timeText(noon, noon + 3_600_000), '12:00:05');
  assert.equal(timeText(noon, noon + dayMs), '27 Nov, 12:00');
});

test('moments of more than a day have dates, all of them', () => {
  const seconds = noon / 1000;
  assert.equal(momentText(seconds, seconds + 3_600)(seconds), '12:00:05');
  const long = momentText(seconds, seconds + 3 * 86_400);
  assert.deepEqual([long(seconds), long(seconds + 86_400)], ['27 Nov, 12:00', '28 Nov, 12:00']);
});
