import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Worker } from 'node:worker_threads';
import { claimDirectory, kafkaLayoutOf } from '../../../services/kafka/claim-directory.js';
import { layoutOf } from '../../../services/pipeline/layout.js';
import { inFolder } from '../../support/cli.js';
import { kafkaConfig, runRecord } from '../../support/service-context.js';

const run = runRecord(kafkaConfig());

test('a new directory is claimed, and the same run comes again', async () => {
  await inFolder(async (folder) => {
    const directory = join(folder, 'deep', 'out');
    for (let time = 0; time < 3; time += 1) claimDirectory(directory, 'mine', run);
    assert.deepEqual(readdirSync(kafkaLayoutOf(directory).folder), ['claim.json']);
    // What the claim was made with is gone.
    assert.deepEqual(readdirSync(layoutOf(directory).work), ['kafka']);
  });
});

test('the run of other topics or of another prefix is refused', async () => {
  await inFolder(async (folder) => {
    claimDirectory(folder, 'mine', run);
    assert.throws(() => claimDirectory(folder, 'yours', run), {
      code: 'run_changed',
      message: /\(mine, 0123abcd\)/,
    });
    assert.throws(() => claimDirectory(folder, 'mine', { ...run, topics: 'ffffffff' }), {
      code: 'run_changed',
    });
  });
});

test('a run of the embedded engine, or files of somebody else, are left alone', async () => {
  await inFolder(async (folder) => {
    const embedded = join(folder, 'embedded');
    mkdirSync(layoutOf(embedded).work, { recursive: true });
    writeFileSync(layoutOf(embedded).manifest, '{}');
    assert.throws(() => claimDirectory(embedded, 'mine', run), {
      code: 'run_changed',
      message: /embedded engine/,
    });
    const foreign = join(folder, 'foreign');
    mkdirSync(join(foreign, 'scores'), { recursive: true });
    assert.throws(() => claimDirectory(foreign, 'mine', run), { code: 'not_a_run', message: /holds scores/ });
    assert.equal(existsSync(kafkaLayoutOf(foreign).claim), false);
  });
});

test('a claim that cannot be read is said', async () => {
  await inFolder(async (folder) => {
    claimDirectory(folder, 'mine', run);
    writeFileSync(kafkaLayoutOf(folder).claim, '{');
    assert.throws(() => claimDirectory(folder, 'mine', run), { code: 'partial_damaged' });
  });
});

test('a folder that was left without its claim is claimed', async () => {
  await inFolder(async (folder) => {
    mkdirSync(kafkaLayoutOf(folder).blocks, { recursive: true });
    writeFileSync(layoutOf(folder).lock, '1 0');
    claimDirectory(folder, 'mine', run);
    assert.deepEqual(readdirSync(kafkaLayoutOf(folder).folder).sort(), ['blocks', 'claim.json']);
  });
});

test('services that claim at the same moment do not take each other for strangers', async () => {
  // Threads have one process number, as services in containers do.
  const code = `
    const { parentPort, workerData } = require('node:worker_threads');
    import(workerData.module).then(({ claimDirectory }) => {
      parentPort.postMessage('ready');
      parentPort.on('message', ({ directory, go }) => {
        while (Atomics.load(new Int32Array(go), 0) === 0);
        try {
          claimDirectory(directory, 'mine', workerData.run);
          parentPort.postMessage('done');
        } catch (error) {
          parentPort.postMessage(String(error));
        }
      });
    });`;
  const module = new URL('../../../services/kafka/claim-directory.js', import.meta.url).href;
  const workers = Array.from(
    { length: 3 },
    () => new Worker(code, { eval: true, workerData: { module, run } }),
  );
  const answer = (worker: Worker) => new Promise((resolve) => worker.once('message', resolve));
  try {
    await Promise.all(workers.map(answer));
    await inFolder(async (folder) => {
      for (let round = 0; round < 40; round += 1) {
        const directory = join(folder, String(round));
        const go = new SharedArrayBuffer(4);
        const answers = Promise.all(workers.map(answer));
        for (const worker of workers) worker.postMessage({ directory, go });
        await new Promise((resolve) => setTimeout(resolve, 5));
        Atomics.store(new Int32Array(go), 0, 1);
        assert.deepEqual(await answers, ['done', 'done', 'done']);
      }
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
});
