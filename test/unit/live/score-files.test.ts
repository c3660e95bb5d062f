import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { scoreFiles } from '../../../services/live/scores/score-files.js';
import { windowName } from '../../../services/scorer/window-names.js';
import { inFolder } from '../../support/cli.js';

const name = (topics: string, firstOffset: number) =>
  `${windowName('scaled', topics, { partition: 3, firstOffset }, 'model')}.parquet`;

test('finished files of this run, in order: none of another run, none that is being written', async () => {
  await inFolder(async (folder) => {
    const scores = join(folder, 'scores');
    mkdirSync(scores);
    const [own, other] = ['0123abcd', 'ffffffff'];
    for (const file of [name(own, 64), name(own, 0), name(other, 0), `.${name(own, 128)}.tmp`, 'notes.txt'])
      writeFileSync(join(scores, file), '');
    assert.deepEqual(scoreFiles(folder, own), [join(scores, name(own, 0)), join(scores, name(own, 64))]);
    assert.equal(scoreFiles(folder)!.length, 3, 'in one process they are all of one run');
  });
});

test('a folder that is not there, or is none, is told and ends nothing', async () => {
  await inFolder(async (folder) => {
    assert.equal(scoreFiles(folder, '0123abcd'), undefined);
    writeFileSync(join(folder, 'scores'), '');
    assert.equal(scoreFiles(folder, '0123abcd'), undefined);
  });
});
