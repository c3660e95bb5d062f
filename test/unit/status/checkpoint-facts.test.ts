import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Worker } from 'node:worker_threads';
import { RmmError } from '../../../lib/base/error.js';
import { checkpointFacts } from '../../../services/status/directory-facts.js';
import { inFolder } from '../../support/cli.js';

const index = JSON.stringify({ position: { megaset: 2 }, loop: { epoch: 7 } });

function put(folder: string, text = index): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'checkpoint.json'), text);
}

test('a checkpoint is found in its folder, or beside it where a kill has left it', () =>
  inFolder(async (folder) => {
    const checkpoint = join(folder, 'checkpoint');
    assert.equal(checkpointFacts(checkpoint), undefined);
    put(`${checkpoint}.next`);
    const { megaset, epoch } = checkpointFacts(checkpoint)!;
    assert.deepEqual([megaset, epoch], [2, 7]);
    put(checkpoint, 'garbage');
    assert.throws(
      () => checkpointFacts(checkpoint),
      (error) => error instanceof RmmError && error.code === 'partial_damaged',
    );
  }));

/** Puts one checkpoint in the place of the other as training does, as often as it can. */
const swapping = `
  const { mkdirSync, renameSync, rmSync, writeFileSync } = require('node:fs');
  const { folder, index } = require('node:worker_threads').workerData;
  for (;;) {
    mkdirSync(folder + '.next', { recursive: true });
    writeFileSync(folder + '.making', index);
    renameSync(folder + '.making', folder + '.next/checkpoint.json');
    rmSync(folder, { recursive: true, force: true });
    renameSync(folder + '.next', folder);
  }
`;

test('a checkpoint that is put in the place of another one is never a damaged one', () =>
  inFolder(async (folder) => {
    const checkpoint = join(folder, 'checkpoint');
    put(checkpoint);
    const worker = new Worker(swapping, { eval: true, workerData: { folder: checkpoint, index } });
    await new Promise((resolve) => worker.once('online', resolve));
    try {
      for (let look = 0; look < 5000; look += 1) {
        const facts = checkpointFacts(checkpoint);
        if (facts !== undefined) assert.deepEqual([facts.megaset, facts.epoch], [2, 7]);
      }
    } finally {
      await worker.terminate();
    }
  }));
