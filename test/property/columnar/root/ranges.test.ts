import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import fc from 'fast-check';
import { type Column, columnReaderFrom, openRootFile } from '../../../../lib/columnar/root/index.js';
import { bytesOf, goldenFolder } from '../../../golden/columnar/root/compare.js';

/** A copy that outlives the next read. */
function copy(column: Column): Column {
  return structuredClone(column);
}

/** What entries [first, first + count) of a whole column must look like, cut out with plain slices. */
function slice(column: Column, first: number, count: number): { values: Uint8Array; offsets: number[] } {
  const [from, to] =
    column.kind === 'jagged'
      ? [column.offsets[first]!, column.offsets[first + count]!]
      : column.kind === 'fixed'
        ? [first * column.length, (first + count) * column.length]
        : [first, first + count];
  const offsets =
    column.kind === 'jagged'
      ? [...column.offsets.slice(first, first + count + 1)].map((offset) => offset - from)
      : [];
  return { values: bytesOf(column.values.slice(from, to)), offsets };
}

for (const name of [
  'types-zlib.root',
  'types-lz4.root',
  'embedded.root',
  'uproot.root',
  'scikit-hep/uproot-small-dy-nooffsets.root',
]) {
  test(`any ranges of ${name} in any order equal slices of the whole`, async () => {
    const file = await openRootFile(join(goldenFolder, name));
    const tree = file.trees[0]!;
    const names = tree.branches.filter(({ type }) => type !== null).map((branch) => branch.name);
    const whole = file.columns(tree.name, names).read(0, tree.entries).map(copy);
    const range = fc
      .tuple(fc.nat(tree.entries), fc.nat(tree.entries))
      .map(([one, two]) => [Math.min(one, two), Math.abs(one - two)] as const);
    fc.assert(
      fc.property(
        fc.array(range, { minLength: 1, maxLength: 6 }),
        fc.shuffledSubarray(names, { minLength: 1, maxLength: Math.min(8, names.length) }),
        (ranges, chosen) => {
          const reader = file.columns(tree.name, chosen);
          for (const [first, count] of ranges) {
            reader.read(first, count).forEach((column, index) => {
              const expected = slice(whole[names.indexOf(chosen[index]!)]!, first, count);
              assert.deepEqual(bytesOf(column.values), expected.values);
              if (column.kind === 'jagged') assert.deepEqual([...column.offsets], expected.offsets);
            });
          }
        },
      ),
      { numRuns: 60 },
    );
    file.close();
  });
}

test('a reader made from cloned metadata of some branches gives the same columns', async () => {
  const path = join(goldenFolder, 'scikit-hep', 'uproot-small-dy-nooffsets.root');
  const file = await openRootFile(path);
  const chosen = ['Muon_pt', 'nMuon'];
  const expected = file.columns('tree', chosen).read(3, 100).map(copy);
  const reader = await columnReaderFrom(
    structuredClone(file.metadata({ tree: 'tree', branches: chosen.slice(0, 1) })),
    'tree',
    ['Muon_pt'],
  );
  assert.deepEqual(copy(reader.read(3, 100)[0]!), expected[0]);
  reader.close();
  file.close();
});
