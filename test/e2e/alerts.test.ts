import assert from 'node:assert/strict';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { inFolder } from '../support/cli.js';
import { endAll, untilTrue } from '../support/kafka-services.js';
import { pages, prometheusSkip, type StartedPrometheus, startPrometheus } from '../support/prometheus.js';
import { copyRootFile } from '../support/root-copy.js';
import { makeSmallDisk, smallDiskSkip } from '../support/small-disk.js';
import { sampleFile, smallSamples, writeConfig } from '../support/small-run.js';
import { startMeasuredRun } from '../support/watched-services.js';

test('a real Prometheus reads a real run: its rules fire for dead letters and for a full disk, and clear', {
  skip: prometheusSkip || smallDiskSkip,
}, async () => {
  await inFolder(async (folder) => {
    const corrupt = join(folder, 'corrupt.root');
    await copyRootFile({
      from: sampleFile('mc/zprime2000_mumu'),
      to: corrupt,
      change: (branch, { values }) => {
        if (branch === 'mcWeight') (values as Float32Array).set([Number.NaN, Number.NaN, Number.NaN], 5);
      },
    });
    const disk = await makeSmallDisk(folder, 64 << 20);
    const samples = [
      ...smallSamples.slice(0, 2),
      { name: 'corrupt', kind: 'signal' as const, files: [corrupt] },
    ];
    // Trains until it is told to end.
    const config = writeConfig(folder, samples, {
      features: { min_filled: 20 },
      training: { epochs: 100_000, megasets: 1, batch_events: 256 },
      learning: { threads: 1 },
      engine: { workers: 1 },
    });
    const run = startMeasuredRun([config, '--output', join(disk.path, 'out')]);
    let prometheus: StartedPrometheus | undefined;
    try {
      prometheus = await startPrometheus(folder, 'embedded.yml', { run: [await run.port] });
      const letters = await prometheus.untilFiring('RmmstreamDeadLetters');
      assert.equal(letters.labels.stage, 'selector');
      assert.equal(letters.labels.reason, 'weight_not_finite');
      assert.equal(letters.annotations.runbook_url, `${pages}docs/runbook.md#rmmstreamdeadletters`);
      assert.match(letters.annotations.description!, /^About 3 records were set aside by selector/);
      await untilTrue('the trainer works', async () => {
        const rate = await prometheus!.value('stage:rmmstream_input_events:rate5m{stage="trainer"}');
        return rate !== undefined && rate > 0;
      });
      await prometheus.untilClear('RmmstreamDeadLetters');

      assert.deepEqual(await prometheus.firing('RmmstreamDiskFull'), []);
      disk.fill();
      const full = await prometheus.untilFiring('RmmstreamDiskFull', { service: 'run' });
      assert.equal(full.labels.severity, 'critical');
      disk.empty();
      await prometheus.untilClear('RmmstreamDiskFull');

      for (const other of ['RmmstreamNotReady', 'RmmstreamStalled', 'RmmstreamErrors'])
        assert.deepEqual(await prometheus.firing(other), [], other);
      run.child.kill('SIGTERM');
      assert.equal((await run.result).code, 130);
    } finally {
      await endAll([run]);
      await prometheus?.stop();
      await disk.close();
    }
  });
});

test('a run that fails says so to the Prometheus that watches it before it ends', {
  skip: prometheusSkip,
}, async () => {
  await inFolder(async (folder) => {
    const config = writeConfig(folder, smallSamples.slice(0, 2), {
      features: { min_filled: 20 },
      // Trains until it can keep nothing any more.
      training: { epochs: 100_000, megasets: 1, batch_events: 256, checkpoint_minutes: 0.05 },
      learning: { threads: 1 },
      engine: { workers: 1 },
    });
    const out = join(folder, 'out');
    const run = startMeasuredRun([config, '--output', out]);
    let prometheus: StartedPrometheus | undefined;
    let page: NodeJS.Timeout | undefined;
    try {
      const port = await run.port;
      // A page that looks far more often does not take the last word from it.
      page = setInterval(() => fetch(`http://127.0.0.1:${port}/metrics`).catch(() => {}), 50);
      prometheus = await startPrometheus(folder, 'embedded.yml', { run: [port] });
      await untilTrue('the trainer works', async () => {
        const rate = await prometheus!.value('stage:rmmstream_input_events:rate5m{stage="trainer"}');
        return rate !== undefined && rate > 0;
      });
      assert.deepEqual(await prometheus.firing('RmmstreamFailed'), []);
      renameSync(out, join(folder, 'away'));
      writeFileSync(out, 'no folder');
      const failed = await prometheus.untilFiring('RmmstreamFailed', { service: 'run' });
      assert.equal(failed.labels.severity, 'critical');
      assert.equal((await run.result).code, 1);
      await prometheus.untilClear('RmmstreamFailed');
    } finally {
      clearInterval(page);
      await endAll([run]);
      await prometheus?.stop();
    }
  });
});
