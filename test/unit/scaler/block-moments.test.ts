import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { emptyMoments, type Moments } from '../../../lib/learning/moments.js';
import { packMoments, unpackMoments } from '../../../services/scaler/block-moments.js';

function moments(values: readonly number[]): Moments {
  const made = { ...emptyMoments(3), rows: values.length, weight: values.length };
  made.mean.set(values.slice(0, 3));
  made.minimum.fill(-1);
  made.maximum.fill(1);
  return made;
}

test('blocks come back bit for bit', () => {
  const blocks = [moments([1.5, -2, 1e-300]), moments([0.1, 7, 3])];
  assert.deepEqual(unpackMoments(packMoments(blocks), 'x'), blocks);
  assert.deepEqual(unpackMoments(packMoments([]), 'x'), []);
});

test('no cut and no changed bit goes unseen', () => {
  const bytes = packMoments([moments([1.5, -2, 3]), moments([4, 5, 6])]);
  fc.assert(
    fc.property(fc.nat(bytes.length - 1), fc.nat(7), (at, bit) => {
      const flipped = bytes.slice();
      flipped[at]! ^= 1 << bit;
      assert.throws(() => unpackMoments(flipped, 'moments.bin'), {
        code: 'partial_damaged',
        message: /moments\.bin/,
      });
      const cut = bytes.slice(0, at);
      // A cut between two blocks cannot be told from a file of one block; the range's record comes after the file.
      if (at !== 0 && at !== bytes.length / 2)
        assert.throws(() => unpackMoments(cut, 'moments.bin'), { code: 'partial_damaged' });
    }),
  );
});
