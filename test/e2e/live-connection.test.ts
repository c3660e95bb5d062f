import assert from 'node:assert/strict';
import test from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { browserOfFile, browserSkip } from '../support/browser.js';
import { addressOf, isHidden, isLive, openPage, textOf } from '../support/live-browser.js';
import { follow, listen, openWorld, serving, ticking, token } from '../support/live-server.js';
import { madeScores } from '../support/made-scores.js';

/* What the page makes of a server that comes, goes, refuses and begins anew. */

const browser = browserOfFile();

test('over a slow line the page comes back too: its first word has time', { skip: browserSkip }, async () => {
  const first = await openWorld();
  let isSlow = false;
  const { page } = await openPage(browser(), addressOf(first), {
    before: async (opened) => {
      await opened.route('**/stream', async (route) => {
        if (isSlow && route.request().method() === 'GET') await wait(3_000);
        await route.continue().catch(() => {});
      });
    },
  });
  await isLive(page);
  // Longer than the page waits for a word while it listens.
  await wait(5_500);
  isSlow = true;
  const second = await follow(first, {});
  try {
    await ticking(second, async () => {
      await isLive(page);
      assert.equal(await isHidden(page, 'lost'), true);
    });
  } finally {
    await page.close();
    await second.server.close();
  }
});

test('a server with another token asks for it, and the way to give it stays', {
  skip: browserSkip,
}, async () => {
  const first = await openWorld({ isOpen: true });
  const { page } = await openPage(browser(), `${addressOf(first)}#token=${token}`);
  await isLive(page);
  const second = await follow(first, { isOpen: true, token: 'another-token-of-26-charac' });
  try {
    await page.waitForSelector('#lost a', { timeout: 30_000 });
    for (let second = 0; second < 4; second += 1) {
      await wait(1_000);
      assert.match(
        await textOf(page, 'lost', () => true, ''),
        /^The server asks for its token again: give it\.$/,
      );
    }
    await page.click('#lost a');
    await page.fill('#token', 'another-token-of-26-charac');
    await page.click('button');
    await isLive(page);
  } finally {
    await page.close();
    await second.server.close();
  }
});

test('a page for which there is no place says so, and comes in when there is', {
  skip: browserSkip,
}, async () => {
  await serving(async (world) => {
    const others = Array.from({ length: 24 }, () => listen(world.server.port));
    while (world.server.pages < others.length) await wait(10);
    const { page } = await openPage(browser(), addressOf(world));
    await textOf(page, 'lost', (say) => say.startsWith('As many pages as there may be'), 'the reason');
    others[0]!.stop();
    await isLive(page);
    assert.equal(await isHidden(page, 'lost'), true);
    await page.close();
    for (const other of others) other.stop();
  });
});

test('a token in the address that is no encoded text leaves the page whole', {
  skip: browserSkip,
}, async () => {
  await serving(async (world) => {
    const { page, complaints } = await openPage(browser(), `${addressOf(world)}#token=100%-mine`);
    await isLive(page);
    assert.equal(new URL(page.url()).hash, '');
    assert.deepEqual(complaints, []);
    await page.close();
  });
});

test('an order that is not followed is told with its reason, and asks for no token', {
  skip: browserSkip,
}, async () => {
  await serving(async (world) => {
    world.model.runState('running', 1_000);
    world.refusal = 'the run is finished';
    const { page } = await openPage(browser(), `${addressOf(world)}#token=${token}`);
    await isLive(page);
    await page.click('#control-pause');
    await textOf(
      page,
      'order-say',
      (say) => say === 'The server did not pause: the run is finished.',
      'the reason',
    );
    assert.equal(await isHidden(page, 'token-form'), true);
    world.refusal = undefined;
    await page.click('#control-pause');
    await textOf(page, 'order-say', (say) => say === '', 'the order to be taken');
    assert.deepEqual(world.orders, ['pause']);
    await page.close();
  });
});

test('figures say what they are: bins, luminosity, the tail alone; another run leaves nothing of the one before', {
  skip: browserSkip,
}, async () => {
  await serving(async (world) => {
    const { model } = world;
    model.runState('running', 1_000);
    model.scores(madeScores);
    model.epoch({ megaset: 0, megasets: 1, epoch: 0, loss: 0.5, validationLoss: 0.75 });
    model.batch('selector', { eventsIn: 2e9, eventsOut: 1_234_567_890, bytesOut: 0, seconds: 1 });
    model.tick(1_000);
    await ticking(world, async () => {
      const { page, complaints } = await openPage(browser(), addressOf(world));
      const legend = (id: string) =>
        textOf(page, `${id}-legend`, (found) => found !== '', `the legend of ${id}`);
      assert.equal(await legend('histogram'), 'zee 10.5data 10');
      assert.equal(await legend('tail-met'), 'zee 1.5data 1', 'of the tail, not of the sample');
      const said = await textOf(page, 'histogram-say', (say) => say !== '', 'what is drawn');
      assert.equal(
        said,
        '31 events of 2 files; 1 have no place on this axis; simulation weighted to the 0.01461 fb⁻¹ of the data',
      );
      assert.match(await textOf(page, 'loss-plot', (plot) => plot !== '', 'the loss'), /One epoch has ended/);
      await page.click('#top-table button[data-event]');
      await textOf(page, 'event', (event) => event.includes('No matrix'), 'the event');

      model.restart(2_000);
      await textOf(page, 'top-say', (say) => say === 'No file of scores is finished yet.', 'the other run');
      assert.equal(await page.evaluate(`document.querySelectorAll('#top-table tr').length`), 0);
      assert.equal(await isHidden(page, 'event'), true);
      for (const id of ['histogram', 'tail-met', 'tail-mll'])
        assert.equal(await page.evaluate(`document.querySelectorAll('#${id} canvas').length`), 0, id);
      assert.equal(await textOf(page, 'loss-say', (say) => say === '', 'no loss'), '');
      assert.deepEqual(complaints, []);
      await page.close();
    });
  });
});
