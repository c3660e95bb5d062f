import assert from 'node:assert/strict';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import type { Browser } from 'playwright-core';
import { browserSkip, startBrowser, unfold } from '../../support/browser.js';
import { inFolder, startCli } from '../../support/cli.js';
import { type KafkaCluster, kafkaSkip, startKafka } from '../../support/kafka/cluster.js';
import { writeKafkaConfig } from '../../support/kafka-run.js';
import { openPage, textOf } from '../../support/live-browser.js';
import { assertFits, faultsOf, keepPicture } from '../../support/live-checks.js';
import { startServed } from '../../support/served-run.js';
import { quick, smallSamples, writeConfig } from '../../support/small-run.js';

const skip = kafkaSkip === false ? browserSkip : kafkaSkip;

let cluster: KafkaCluster;
let browser: Browser;
before(async () => {
  if (skip !== false) return;
  [cluster, browser] = await Promise.all([startKafka(), startBrowser()]);
});
after(async () => {
  await browser?.close();
  await cluster?.stop();
});

test('the page of a run over Kafka: before it, while its services work, and at every width when it is finished', {
  skip,
}, async (context) => {
  await inFolder(async (folder) => {
    writeConfig(folder, smallSamples, { ...quick, output: { directory: join(folder, 'out') } });
    const config = writeKafkaConfig(folder, 'kafka.yaml', cluster.brokers, {
      prefix: 'dashboard-page',
      topics: { partitions: 2 },
    });
    const served = await startServed(['dashboard', '--config', config, '--serve', '0']);
    try {
      const { page, complaints } = await openPage(browser, served.address);
      await textOf(page, 'run-message', (say) => say !== '', 'the run to be missed');
      assert.equal(await textOf(page, 'run-state', () => true, ''), 'starting');
      assert.deepEqual(await faultsOf(page), [], 'before the run');

      const run = startCli(['run', config]);
      await textOf(page, 'run-state', (state) => state === 'running', 'the run');
      await textOf(
        page,
        'flow-picture',
        (picture) => /[1-9] of \d+ up/.test(picture),
        'copies in the picture',
      );
      assert.deepEqual(await faultsOf(page), [], 'during the run');
      await keepPicture(page, 'dashboard-running');
      const { code, stderr } = await run.result;
      assert.equal(code, 0, stderr);
      await textOf(page, 'run-state', (state) => state === 'finished', 'the end');
      await textOf(page, 'top-say', (say) => say.startsWith('The 12 events'), 'the list of events');
      assert.equal(await page.evaluate(`document.getElementById('controls').hidden`), true);
      await textOf(page, 'limits-list', (list) => list.startsWith('This page only looks'), 'why');
      assert.deepEqual(complaints, []);
      await page.close();

      for (const width of [390, 800, 1400]) {
        for (const colorScheme of ['light', 'dark'] as const) {
          await context.test(`${width} pixels, ${colorScheme}`, async () => {
            const { page, complaints } = await openPage(browser, served.address, { width, colorScheme });
            await textOf(page, 'top-say', (say) => say.startsWith('The 12 events'), 'the list of events');
            await unfold(page);
            await assertFits(page);
            assert.deepEqual(await faultsOf(page), []);
            assert.deepEqual(complaints, []);
            await keepPicture(page, `dashboard-${width}-${colorScheme}`);
            await page.close();
          });
        }
      }
    } finally {
      served.child.kill('SIGINT');
    }
    const { code, stderr } = await served.result;
    assert.equal(code, 0, stderr);
  });
});
