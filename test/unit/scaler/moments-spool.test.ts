import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { type Moments, rowMoments } from '../../../lib/learning/moments.js';
import { momentsToBytes } from '../../../lib/learning/moments-bytes.js';
import { Random } from '../../../lib/learning/random.js';
import { momentsTree } from '../../../services/scaler/block-moments.js';
import { MomentsSpool } from '../../../services/scaler/moments-spool.js';
import { inFolder } from '../../support/cli.js';
import { makeRows } from '../learning/fixtures.js';

/** Blocks by name; every seventh has no training rows. */
const blocks = Array.from({ length: 150 }, (_, index) => {
  const moments = index % 7 === 3 ? undefined : rowMoments(makeRows(index, 20, 9).rows);
  const name = `zee.${String(index).padStart(4, '0')}`;
  const bytes = moments === undefined ? new Uint8Array(0) : momentsToBytes(moments);
  return { name, moments, bytes, rowsBySplit: [1, 2, moments?.rows ?? 0, 3] };
});

function merged(): Moments {
  const tree = momentsTree();
  for (const { moments } of blocks) if (moments !== undefined) tree.push(moments);
  return tree.result()!;
}

test('the merge has the same bits in whatever order blocks come, and a block that comes again changes nothing', async () => {
  await inFolder(async (folder) => {
    const expected = merged();
    for (const seed of [1, 2, 3]) {
      const random = new Random('spool', [seed]);
      const order = [...blocks, ...blocks.slice(20, 60)]
        .map((block) => ({ block, at: random.unit() }))
        .sort((a, b) => a.at - b.at);
      const spool = new MomentsSpool(join(folder, 'deep', 'moments.spool'));
      const taken = order.filter(({ block }) => spool.add(block)).length;
      assert.equal(taken, blocks.length);
      assert.equal(spool.blocks, blocks.length);
      assert.deepEqual(await spool.merged(), expected);
      const rows = blocks.reduce((sum, { rowsBySplit }) => sum + rowsBySplit[2]!, 0);
      assert.deepEqual(spool.rowsBySplit(), [150, 300, rows, 450]);
      spool.close();
      assert.equal(existsSync(join(folder, 'deep', 'moments.spool')), false);
    }
  });
});

test('what an earlier process left is not read', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'moments.spool');
    writeFileSync(path, 'left behind');
    const spool = new MomentsSpool(path);
    assert.equal(await spool.merged(), undefined);
    spool.add(blocks[0]!);
    assert.deepEqual(await spool.merged(), blocks[0]!.moments);
    spool.close();
  });
});

test('a place that cannot be written is said by name', async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'file'), '');
    assert.throws(() => new MomentsSpool(join(folder, 'file', 'x.spool')), { message: /x\.spool/ });
  });
});
