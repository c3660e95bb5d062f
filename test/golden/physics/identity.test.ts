import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { packageRoot } from '../../../lib/base/package-root.js';
import { SplitColumns, sampleWord, splitDefaults, splitNames } from '../../../lib/physics/identity.js';
import { goldenPath } from './fixture.js';

interface Row {
  readonly run: number;
  readonly lumi: number;
  readonly event: string;
  readonly channel: number;
  readonly sample: string | null;
  readonly split: string;
  readonly megaset10: number;
  readonly megaset7: number;
  readonly split_number5: string;
  readonly megaset_number5: number;
  readonly hash: string;
}

const rows = JSON.parse(readFileSync(goldenPath('identity.json'), 'utf8')) as Row[];

test('split, megaset and hash equal those of the ten lines of Python', () => {
  for (const sample of [null, 'periodA', 'données']) {
    const kept = rows.filter((row) => row.sample === sample);
    assert.ok(kept.length > 10);
    const identity = {
      count: kept.length,
      run: Int32Array.from(kept, (row) => row.run),
      lumiBlock: Int32Array.from(kept, (row) => row.lumi),
      event: BigInt64Array.from(kept, (row) => BigInt(row.event)),
      channel: Int32Array.from(kept, (row) => row.channel),
    };
    const word = sample === null ? undefined : sampleWord(sample);
    const by10 = new SplitColumns().fill(identity, word, 10);
    const salted = new SplitColumns().fill(identity, word, 10, { ...splitDefaults, saltNumber: 5 });
    const by7 = new SplitColumns().fill(identity, word, 7);
    kept.forEach((row, k) => {
      assert.equal(splitNames[by10.split[k]!], row.split);
      assert.equal(by10.megaset[k], row.megaset10);
      assert.equal(splitNames[salted.split[k]!], row.split_number5);
      assert.equal(salted.megaset[k], row.megaset_number5);
      assert.equal(by7.megaset[k], row.megaset7);
      assert.equal((BigInt(by10.high[k]!) << 32n) | BigInt(by10.low[k]!), BigInt(row.hash));
    });
  }
});

test('docs/physics.md prints the Python that made the golden values', () => {
  const script = readFileSync(goldenPath('identity.py'), 'utf8');
  const printed = readFileSync(join(packageRoot, 'docs', 'physics.md'), 'utf8');
  const start = script.indexOf('def event_hash');
  const recipe = script.slice(start, script.indexOf('\n\n\n', start));
  assert.ok(recipe.split('\n').length > 5);
  assert.ok(printed.includes(recipe), 'the recipe in docs/physics.md differs from identity.py');
});
