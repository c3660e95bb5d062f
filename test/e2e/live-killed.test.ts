import assert from 'node:assert/strict';
import { join } from 'node:path';
import test from 'node:test';
import { browserSkip, startBrowser } from '../support/browser.js';
import { inFolder } from '../support/cli.js';
import { openPage, textOf } from '../support/live-browser.js';
import { assertFits, faultsOf, keepPicture } from '../support/live-checks.js';
import { token } from '../support/live-server.js';
import { startServed } from '../support/served-run.js';
import { smallSamples, writeConfig } from '../support/small-run.js';

const environment = { RMMSTREAM_SERVE_TOKEN: token };
const isAny = () => true;

test('a run that trains, is held, hangs, is killed and started again: its page says so, and comes back by itself', {
  skip: browserSkip,
}, async () => {
  await inFolder(async (folder) => {
    const config = writeConfig(folder, smallSamples, {
      features: { min_filled: 20 },
      // Longer than any machine takes for what is looked at here: it is killed in the end.
      training: { epochs: 10_000, megasets: 4, batch_events: 64 },
      engine: { workers: 2 },
    });
    const args = ['run', config, '--output', join(folder, 'out'), '--serve'];
    const browser = await startBrowser();
    const first = await startServed([...args, '0'], environment);
    let second: typeof first | undefined;
    try {
      const { page, complaints } = await openPage(browser, first.address);
      const isHidden = (id: string) => page.evaluate(`document.getElementById('${id}').hidden`);
      const moves = async (id: string, from: string) =>
        textOf(page, id, (text) => text !== '' && text !== from, `${id} to move`);

      await textOf(page, 'loss-say', (say) => say.startsWith('Megaset 1 '), 'the first epoch');
      for (const id of ['loss-say', 'throughput-say', 'stages-table', 'run-time'])
        await moves(id, await moves(id, ''));
      assert.deepEqual(await faultsOf(page), [], 'while it trains');

      await page.click('#control-pause');
      assert.equal(await isHidden('token-form'), false);
      assert.deepEqual(await faultsOf(page), [], 'with the form for the token');
      await page.fill('#token', token);
      await page.keyboard.press('Enter');
      await textOf(page, 'run-state', (state) => state === 'paused', 'the run to be held');
      assert.deepEqual(await faultsOf(page), [], 'while it is held');

      // Its socket stays open and takes connections: nothing but the silence tells.
      first.child.kill('SIGSTOP');
      await textOf(page, 'lost', (say) => say.startsWith('The server does not answer.'), 'the silence');
      assert.equal(await isHidden('lost'), false);
      assert.deepEqual(await faultsOf(page), [], 'without its server');
      await assertFits(page);
      await keepPicture(page, 'live-lost');
      first.child.kill('SIGCONT');
      await textOf(page, 'link-state', (state) => state === 'live', 'the server that goes on');
      assert.equal(await isHidden('lost'), true);
      assert.equal(await textOf(page, 'run-state', isAny, ''), 'paused');
      assert.deepEqual(complaints, []);

      const held = await textOf(page, 'loss-say', isAny, '');
      await page.click('#control-resume');
      await moves('loss-say', held);
      first.child.kill('SIGKILL');
      await first.result;
      await textOf(page, 'link-state', (state) => state === 'connection lost', 'the loss of the server');
      await textOf(page, 'lost', (say) => say.startsWith('The server does not answer.'), 'the banner');

      second = await startServed([...args, `127.0.0.1:${first.port}`], environment);
      await textOf(page, 'link-state', (state) => state === 'live', 'the server that was started again');
      assert.equal(await isHidden('lost'), true);
      await textOf(page, 'run-state', (state) => state === 'running', 'the run to go on');
      await moves('loss-say', await moves('loss-say', ''));
      // What a browser prints of an address that is gone cannot be kept from its console.
      assert.deepEqual(
        complaints.filter((one) => !/ERR_(CONNECTION|INCOMPLETE)/.test(one)),
        [],
      );
    } finally {
      await browser.close();
      for (const run of [first, second]) {
        run?.child.kill('SIGKILL');
        await run?.result;
      }
    }
  });
});
