import assert from 'node:assert/strict';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { Worker } from 'node:worker_threads';
import { writeFileOnce } from '../../../lib/base/write-once.js';
import { inFolder } from '../../support/cli.js';

test('a file is written once: the second writer is told, and the first text stays', async () => {
  await inFolder(async (folder) => {
    const path = join(folder, 'new', 'seal');
    assert.equal(writeFileOnce(path, 'first'), true);
    assert.equal(writeFileOnce(path, 'second'), false);
    assert.equal(readFileSync(path, 'utf8'), 'first');
    assert.deepEqual(readdirSync(join(folder, 'new')), ['seal']);
  });
});

test('where a folder cannot be made the fault is said, and not taken for a file that is there', async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, 'file'), '');
    assert.throws(() => writeFileOnce(join(folder, 'file', 'seal'), 'text'), { code: 'io_failed' });
  });
});

test('of writers at the same moment one alone succeeds, and its text is the whole file', async () => {
  await inFolder(async (folder) => {
    const module = new URL('../../../lib/base/write-once.js', import.meta.url).href;
    const gate = new Int32Array(new SharedArrayBuffer(4));
    const source = `
      import { parentPort, workerData } from 'node:worker_threads';
      const { module, folder, gate, text } = workerData;
      const { writeFileOnce } = await import(module);
      parentPort.postMessage('ready');
      Atomics.wait(gate, 0, 0);
      const won = [];
      for (let round = 0; round < 50; round++) won.push(writeFileOnce(folder + '/' + round, text));
      parentPort.postMessage(won);`;
    const texts = ['a'.repeat(20_000), 'b'.repeat(20_000), 'c'.repeat(20_000)];
    const workers = texts.map(
      (text) =>
        new Worker(new URL(`data:text/javascript,${encodeURIComponent(source)}`), {
          workerData: { module, folder, gate, text },
        }),
    );
    const next = (worker: Worker) => new Promise((resolve) => worker.once('message', resolve));
    await Promise.all(workers.map(next));
    const answers = workers.map(next);
    Atomics.store(gate, 0, 1);
    Atomics.notify(gate, 0);
    const won = (await Promise.all(answers)) as boolean[][];
    for (let round = 0; round < 50; round++) {
      const winners = texts.filter((_, index) => won[index]![round]);
      assert.deepEqual(winners, [readFileSync(join(folder, String(round)), 'utf8')]);
    }
    assert.equal(readdirSync(folder).length, 50);
  });
});
