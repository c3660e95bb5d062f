import assert from 'node:assert/strict';
import test from 'node:test';
import { copiesFor, spreadOf, useOf } from '../../../services/plan/copies.js';

test('partitions are shared out whole: copies are counted by the one that has most of them', () => {
  const stage = { stage: 'scorer', events: 1, rate: 100, load: 250 } as const;
  // Of 4 partitions a copy carries one (62.5 of its 100), so 2.5 copies become 4; of 10 it carries 4.
  assert.equal(copiesFor(stage, 4), 4);
  assert.equal(copiesFor(stage, 10), 3);
  assert.equal(copiesFor(stage, 2), undefined, 'a partition alone is too much for a copy');
  assert.equal(useOf(stage, 3, 10), (4 / 10) * 2.5);
  const { partitions, stages } = spreadOf([stage], 1);
  assert.equal(stages[0]!.copies, 3);
  assert.equal(partitions, 6, 'two for each copy');
  assert.equal(spreadOf([stage], 7).partitions, 8, '7 would take a fourth copy: three of 7 are 107 %');
});

test('where every number of partitions is uneven, the one with the fewest copies is taken', () => {
  const of = (stage: 'scaler' | 'scorer', load: number) => ({ stage, events: 1, rate: 1, load });
  // 452 and 362 copies if work could be shared out evenly; but above 904 partitions and up to 1,024 a copy carries two.
  const { partitions, stages } = spreadOf([of('scorer', 451.4), of('scaler', 361.7)], 3);
  assert.equal(partitions, 904);
  assert.deepEqual(
    stages.map(({ copies }) => copies),
    [452, 452],
  );
});
