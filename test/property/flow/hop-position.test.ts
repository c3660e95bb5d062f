import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { positionMetadata, positionOf, startPosition } from '../../../lib/flow/partitions/hop-position.js';
import { countsMetadata, countsOf, totalOf } from '../../../lib/flow/partitions/sink-counts.js';

/** Most that kafka.sink_window_offsets may be. */
const largestWindow = 16_384;
const count = fc.maxSafeNat();

test('a position comes back from its metadata, which stay far below the 4 KB that brokers take', () => {
  const position = fc.record({
    input: count,
    output: count,
    read: count,
    written: count,
    eventsIn: count,
    eventsOut: count,
  });
  fc.assert(
    fc.property(position, (at) => {
      const metadata = positionMetadata(at);
      assert.deepEqual(positionOf({ offset: at.input, metadata }), { ...at });
      assert.ok(metadata.length < 200);
    }),
  );
});

test('metadata that are not ours count as none', () => {
  const foreign = fc.oneof(
    fc.string(),
    fc.json(),
    fc
      .array(fc.oneof(fc.integer(), fc.double(), fc.string()), { maxLength: 7 })
      .map((list) => JSON.stringify(list)),
    fc.constantFrom(
      '',
      '[1,2,3,4]',
      '[1,2,3,4,5,6]',
      '[1,2,3,4,-1]',
      '[1,2,-3,4]',
      '[1,2,3,4,0.5]',
      '[1,2,3,4,1e99]',
      'null',
    ),
  );
  fc.assert(
    fc.property(foreign, count, (metadata, offset) => {
      const at = positionOf({ offset, metadata });
      assert.equal(at.input, offset);
      for (const value of Object.values(at)) assert.ok(Number.isSafeInteger(value) && value >= 0);
      const total = totalOf(metadata);
      assert.ok(Number.isSafeInteger(total.messages) && total.messages >= 0, metadata);
      assert.ok(Number.isSafeInteger(total.events) && total.events >= 0, metadata);
    }),
    { numRuns: 1000 },
  );
  assert.deepEqual(positionOf({ offset: 7, metadata: '[1,2,3,4,-1]' }), { ...startPosition, input: 7 });
  assert.deepEqual(countsOf('[1,2,3]').before, { messages: 0, events: 0 });
  assert.deepEqual(totalOf('[1,20,3,40,""]'), { messages: 4, events: 60 });
  assert.deepEqual(totalOf('[1,20,3,40]'), { messages: 0, events: 0 });
});

test('messages that a sink refused are read back out of its position, which never outgrows what brokers take', () => {
  const places = fc.uniqueArray(fc.nat(largestWindow - 1));
  fc.assert(
    fc.property(places, (refused) => {
      const counts = { before: { messages: 1, events: 2 }, within: { messages: 3, events: 4 } };
      const metadata = countsMetadata({ ...counts, refused: new Set(refused) });
      const sorted = new Set([...refused].sort((a, b) => a - b));
      assert.deepEqual(countsOf(metadata), { ...counts, refused: sorted });
    }),
  );
  const most = Number.MAX_SAFE_INTEGER;
  const large = { messages: most, events: most };
  const all = new Set(Array.from({ length: largestWindow }, (_, place) => place));
  assert.ok(countsMetadata({ before: large, within: large, refused: all }).length <= 4096);
});
