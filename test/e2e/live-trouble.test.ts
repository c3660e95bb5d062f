import assert from 'node:assert/strict';
import test from 'node:test';
import type { Page } from 'playwright-core';
import type { ScoresSection } from '../../services/live/shared/snapshot.js';
import { browserOfFile, browserSkip } from '../support/browser.js';
import { addressOf, isLive, openPage, textOf } from '../support/live-browser.js';
import { follow, openWorld, serving, ticking, token } from '../support/live-server.js';
import { madeScores } from '../support/made-scores.js';

/* What the page makes of answers that do not come, that are refusals, or that it does not understand. */

const browser = browserOfFile();

/** Waits of the page for answers, 20 times as short. */
const hurry = (page: Page) =>
  page.addInitScript(`{
    const real = AbortSignal.timeout.bind(AbortSignal);
    AbortSignal.timeout = (ms) => real(ms / 20);
  }`);

test('an order and an event without an answer say so', { skip: browserSkip }, async () => {
  await serving(async (world) => {
    const { model } = world;
    model.runState('running', 1_000);
    model.scores(madeScores);
    const { page } = await openPage(browser(), `${addressOf(world)}#token=${token}`, {
      before: async (opened) => {
        await hurry(opened);
        for (const path of ['**/control/pause', '**/event?*']) await opened.route(path, () => {});
      },
    });
    await isLive(page);
    await page.click('#control-pause');
    const order = await textOf(page, 'order-say', (say) => say !== '', 'the reason');
    assert.match(order, /^The server did not pause: it has not answered for 10 s \(a browser has six conn/);
    await page.click('#top-table button[data-event]');
    const event = await textOf(page, 'event', (say) => !/^(Reading|$)/.test(say), 'the reason');
    assert.match(event, /^The server did not show the event: it has not answered for 30 s/);
    await page.close();
  });
});

test('an event that is refused says why', { skip: browserSkip }, async () => {
  await serving(async (world) => {
    const [known] = madeScores.top;
    // The server of tests fails to read this one.
    world.model.scores({ ...madeScores, top: [{ ...known!, id: 'ffffffffffff0000' }] });
    const { page } = await openPage(browser(), addressOf(world));
    await isLive(page);
    await page.click('#top-table button[data-event]');
    assert.equal(
      await textOf(page, 'event', (say) => say.startsWith('The server'), 'the reason'),
      'The server did not show the event: the answer could not be made: see the log of the command.',
    );
    await page.close();
  });
});

test('a part that cannot be shown leaves the others alive, and is shown when it can', {
  skip: browserSkip,
}, async () => {
  await serving(async (world) => {
    const { model } = world;
    model.runState('running', 1_000);
    await ticking(world, async () => {
      const { page, complaints } = await openPage(browser(), addressOf(world));
      await isLive(page);
      const { processes: _, ...halved } = madeScores;
      model.scores(halved as unknown as ScoresSection);
      model.error('selector', 'io_failed', 1_500);
      await textOf(page, 'troubles-table', (table) => table.includes('io_failed'), 'the error');
      assert.equal(complaints.length > 0, true, 'the console has what went wrong');
      model.runState('failed', 2_000);
      await textOf(page, 'run-state', (state) => state === 'failed', 'the end');
      model.scores(madeScores);
      await textOf(page, 'top-say', (say) => say.startsWith('The 1 events'), 'the list');
      await page.close();
    });
  });
});

test('a server with other scripts has the page load itself anew, once', { skip: browserSkip }, async () => {
  const first = await openWorld();
  const { page } = await openPage(browser(), addressOf(first));
  await isLive(page);
  let loads = 0;
  page.on('load', () => {
    loads += 1;
  });
  await page.route('**/stream', (route) =>
    route.request().method() === 'GET' && loads === 0
      ? route.fulfill({ contentType: 'text/event-stream', body: 'event: build\ndata: another\n\n' })
      : route.continue(),
  );
  const second = await follow(first, {});
  try {
    await ticking(second, async () => {
      while (loads === 0) await page.waitForTimeout(50);
      await isLive(page);
      await page.waitForTimeout(3_000);
      assert.equal(loads, 1);
    });
  } finally {
    await page.close();
    await second.server.close();
  }
});
