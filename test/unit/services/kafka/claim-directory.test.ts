import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { claimDirectory, kafkaLayoutOf } from '../../../../services/kafka/claim-directory.js';
import type { RecordOf } from '../../../../services/kafka/progress-records.js';
import { inFolder } from '../../../support/cli.js';

const runOf = (topics: string) => ({ topics }) as RecordOf<'run'>;

test('a claim holds for its own run and shuts others out', async () => {
  await inFolder(async (folder) => {
    claimDirectory(join(folder, 'out'), 'p', runOf('0000000a'));
    claimDirectory(join(folder, 'out'), 'p', runOf('0000000a'));
    assert.throws(() => claimDirectory(join(folder, 'out'), 'p', runOf('0000000b')), { code: 'run_changed' });
    assert.throws(() => claimDirectory(join(folder, 'out'), 'q', runOf('0000000a')), { code: 'run_changed' });
  });
});

test('a folder with results of somebody else is refused, one in which a claim broke off is not', async () => {
  await inFolder(async (folder) => {
    mkdirSync(join(folder, 'foreign', 'scores'), { recursive: true });
    writeFileSync(join(folder, 'foreign', 'run.json'), '{}');
    assert.throws(() => claimDirectory(join(folder, 'foreign'), 'p', runOf('0000000a')), {
      code: 'not_a_run',
    });
    assert.ok(!existsSync(kafkaLayoutOf(join(folder, 'foreign')).folder));
    mkdirSync(kafkaLayoutOf(join(folder, 'broken')).folder, { recursive: true });
    claimDirectory(join(folder, 'broken'), 'p', runOf('0000000a'));
  });
});

test('services that claim at the same moment, with the same process number, all succeed', async () => {
  // Threads share their process number, as the first processes of containers do.
  const code = `
    import { workerData } from 'node:worker_threads';
    const { claimDirectory } = await import(workerData.module);
    const gate = new Int32Array(workerData.gate);
    for (let round = 0; round < workerData.rounds; round += 1) {
      Atomics.add(gate, 0, 1);
      Atomics.notify(gate, 0);
      // The limit is for a thread that has failed and never comes.
      for (let seen; (seen = Atomics.load(gate, 0)) < (round + 1) * workerData.threads; )
        if (Atomics.wait(gate, 0, seen, 5000) === 'timed-out') throw new Error('left alone');
      claimDirectory(workerData.folder + '/' + round, 'p', { topics: '0000000a' });
    }`;
  await inFolder(async (folder) => {
    const threads = 4;
    const rounds = 50;
    const data = {
      module: new URL('../../../../services/kafka/claim-directory.js', import.meta.url).href,
      gate: new SharedArrayBuffer(4),
      folder,
      threads,
      rounds,
    };
    const source = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
    await Promise.all(
      Array.from(
        { length: threads },
        () =>
          new Promise<void>((resolve, reject) => {
            new Worker(source, { workerData: data }).on('error', reject).on('exit', () => resolve());
          }),
      ),
    );
    for (let round = 0; round < rounds; round += 1)
      assert.deepEqual(readdirSync(kafkaLayoutOf(join(folder, String(round))).folder), ['claim.json']);
  });
});
