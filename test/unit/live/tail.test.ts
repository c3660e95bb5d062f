import assert from 'node:assert/strict';
import test from 'node:test';
import { tailCut } from '../../../services/live/scores/tail.js';
import { candidatesOf, merged } from '../../../services/live/scores/top-list.js';

const histogram = {
  width: 0.5,
  first: 10,
  counts: [
    [50, 30, 15, 5],
    [0, 0, 0, 100],
  ],
  weights: [
    [50, 30, 15, 5],
    [0, 0, 0, 1],
  ],
};

test('the tail holds at most its share of the background, whatever the signal', () => {
  const kinds = ['background', 'signal'] as const;
  assert.deepEqual(tailCut(histogram, kinds, 0.05), { bin: 13, realised: 0.05, of: 'background' });
  assert.deepEqual(tailCut(histogram, kinds, 0.2), { bin: 12, realised: 0.2, of: 'background' });
  assert.deepEqual(tailCut(histogram, kinds, 0.19), { bin: 13, realised: 0.05, of: 'background' });
});

test('a last bin that holds more than the share leaves no tail; without background all events count', () => {
  assert.equal(tailCut(histogram, ['background', 'signal'], 0.01), undefined);
  assert.deepEqual(tailCut(histogram, ['data', 'signal'], 0.53), {
    bin: 13,
    realised: 0.525,
    of: 'all events',
  });
  assert.equal(tailCut({ width: 1, first: 0, counts: [], weights: [] }, [], 0.1), undefined);
});

test('bins of negative weight take nothing away', () => {
  const signed = { width: 1, first: 0, counts: [[9, 9, 9]], weights: [[10, -5, 1]] };
  assert.deepEqual(tailCut(signed, ['background'], 0.1), { bin: 1, realised: 1 / 11, of: 'background' });
});

test('candidates are the largest of a file, never below what is known, NaN and infinity left out', () => {
  const scores = [1, Number.NaN, 5, 3, Number.POSITIVE_INFINITY, 5, 2];
  assert.deepEqual(candidatesOf(scores, Number.NEGATIVE_INFINITY, 2), [
    { row: 2, score: 5 },
    { row: 5, score: 5 },
  ]);
  assert.deepEqual(candidatesOf(scores, 4, 10), [
    { row: 2, score: 5 },
    { row: 5, score: 5 },
  ]);
  const many = Array.from({ length: 10_000 }, (_, row) => (row * 7919) % 10_000);
  assert.deepEqual(
    candidatesOf(many, Number.NEGATIVE_INFINITY, 3).map(({ score }) => score),
    [9999, 9998, 9997],
  );
});

test('the list does not depend on which file came first', () => {
  const entry = (path: string, row: number, score: number) => ({ path, row, score, process: 0 });
  const a = [entry('a', 1, 5), entry('a', 2, 3)];
  const b = [entry('b', 1, 5), entry('b', 0, 4)];
  assert.deepEqual(merged(a, b, 3), merged(b, a, 3));
  assert.deepEqual(
    merged(a, b, 3).map(({ path, score }) => [path, score]),
    [
      ['a', 5],
      ['b', 5],
      ['b', 4],
    ],
  );
});
