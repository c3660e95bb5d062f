import assert from 'node:assert/strict';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { SpoolFile } from '../../../lib/base/spool-file.js';
import { inFolder } from '../../support/cli.js';

test('what was put away comes back in any order, and nothing is left on disk', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'deep', 'x.spool');
    const first = new SpoolFile(path);
    const before = first.add(Buffer.from('of an earlier owner'));
    const spool = new SpoolFile(path);
    assert.deepEqual(readdirSync(join(folder, 'deep')), [], 'nor is anything for a kill to leave');
    const texts = ['one', '', 'two and more', 'three'];
    const places = texts.map((text) => spool.add(Buffer.from(text)));
    const back = places.toReversed().map((place) => Buffer.from(spool.read(place)).toString());
    assert.deepEqual(back.reverse(), texts);
    spool.close();
    assert.equal(Buffer.from(first.read(before)).toString(), 'of an earlier owner');
    first.close();
  });
});

test('a spool that cannot be made names its path', async () => {
  await inFolder((folder) => {
    writeFileSync(join(folder, 'file'), '');
    assert.throws(() => new SpoolFile(join(folder, 'file', 'x.spool')), /file/);
    return Promise.resolve();
  });
});
