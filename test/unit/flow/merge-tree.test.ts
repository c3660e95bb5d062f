import assert from 'node:assert/strict';
import test from 'node:test';
import { MergeTree } from '../../../lib/flow/merge-tree.js';

function shape(count: number): string | undefined {
  const tree = new MergeTree<string>((left, right) => `(${left}${right})`);
  for (let item = 0; item < count; item += 1) tree.push(String.fromCharCode(97 + item));
  return tree.result();
}

test('the shape depends on the count only, in key order', () => {
  assert.equal(shape(0), undefined);
  assert.equal(shape(1), 'a');
  assert.equal(shape(2), '(ab)');
  assert.equal(shape(3), '((ab)c)');
  assert.equal(shape(4), '((ab)(cd))');
  assert.equal(shape(7), '(((ab)(cd))((ef)g))');
});
