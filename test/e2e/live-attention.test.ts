import assert from 'node:assert/strict';
import test from 'node:test';
import type { Page } from 'playwright-core';
import type { TopEventView } from '../../services/live/shared/snapshot.js';
import { browserOfFile, browserSkip } from '../support/browser.js';
import { addressOf, focused, isLive, openPage, textOf, untilTrue } from '../support/live-browser.js';
import { openWorld, serving, ticking, token, until } from '../support/live-server.js';
import { madeScores } from '../support/made-scores.js';

/* What the page does for those who hear it, who have no mouse, and who look at another tab. */

const browser = browserOfFile();

/** Keeps what the place that speaks says from now on. */
const listenTo = (page: Page) =>
  page.evaluate(`(() => {
    const place = document.getElementById('live');
    window.said = [];
    new MutationObserver(() => place.textContent !== '' && said.push(place.textContent))
      .observe(place, { childList: true, characterData: true, subtree: true });
  })()`);
const said = (page: Page) => page.evaluate('said') as Promise<string[]>;

test('what happens at once is said in one, so that nothing takes the place of another', {
  skip: browserSkip,
}, async () => {
  await serving(async (world) => {
    const { model, server } = world;
    model.runState('running', 1_000);
    const { page } = await openPage(browser(), addressOf(world));
    await textOf(page, 'live', (text) => text === 'The run is running.', 'the state');
    await listenTo(page);
    model.error('selector', 'io_failed', 1_500);
    model.error('scorer', 'io_failed', 1_500);
    model.runState('paused', 2_000, 'As asked');
    model.tick(2_000);
    server.push();
    await untilTrue(page, 'said.length > 0');
    await page.waitForTimeout(500);
    assert.deepEqual(await said(page), [
      'The run is paused. As asked. selector is failing: error io_failed 1 s ago. scorer is failing: error io_failed 1 s ago.',
    ]);
    await page.close();
  });
});

test('a server that comes back twice is said to be here twice', { skip: browserSkip }, async () => {
  let world = await openWorld();
  const { page } = await openPage(browser(), addressOf(world));
  try {
    await isLive(page);
    await page.waitForTimeout(300);
    await listenTo(page);
    for (const name of ['server-2', 'server-3']) {
      await world.server.close();
      await textOf(page, 'link-state', (state) => state === 'connection lost', 'the page to notice');
      world = await openWorld({ port: world.server.port, name });
      await isLive(page);
      await page.waitForTimeout(500);
    }
    assert.deepEqual(await said(page), ['The server is here again.', 'The server is here again.']);
  } finally {
    await page.close();
    await world.server.close();
  }
});

test('who stands at a button or a row stays there when figures change', { skip: browserSkip }, async () => {
  await serving(async (world) => {
    const { model } = world;
    const [known] = madeScores.top as [TopEventView];
    model.runState('running', 1_000);
    model.scores(madeScores);
    await ticking(world, async () => {
      const { page } = await openPage(browser(), addressOf(world));
      await isLive(page);
      await page.focus('#top-table button[data-event]');
      const above = { ...known, id: 'aaaaaaaaaaaaaaaa', sample: 'ttbar', score: 0.9 };
      model.scores({ ...madeScores, rows: 32, top: [above, known] });
      await textOf(page, 'top-say', (say) => say.startsWith('The 2 events'), 'the other list');
      assert.equal(await page.evaluate('document.activeElement.dataset.event'), known.id);
      model.scores({ ...madeScores, rows: 33, top: [above] });
      await textOf(page, 'top-say', (say) => say.startsWith('The 1 events'), 'the third list');
      assert.equal(await focused(page), 'top-table', 'where the event was');

      await page.focus('#control-pause');
      await page.keyboard.press('Enter');
      await page.fill('#token', token);
      await page.keyboard.press('Enter');
      await until(() => world.orders.length === 1);
      assert.equal(await focused(page), 'control-pause', 'from the form back to the button');
      model.runState('paused', 2_000);
      await textOf(page, 'run-state', (state) => state === 'paused', 'the pause');
      assert.equal(await focused(page), 'control-pause');
      await page.keyboard.press('Enter');
      await page.waitForTimeout(300);
      assert.deepEqual(world.orders, ['pause'], 'a button that is off gives no order');
      await page.keyboard.press('Tab');
      assert.equal(await focused(page), 'control-resume');
      await page.close();
    });
  });
});

test('the picture of the dataflow and its table change and stay the same nodes', {
  skip: browserSkip,
}, async () => {
  await serving(async (world) => {
    const { model, server } = world;
    model.runState('running', 1_000);
    model.tick(1_000);
    const { page, complaints } = await openPage(browser(), addressOf(world));
    await isLive(page);
    await page.waitForSelector('#flow-picture g[data-state]');
    await page.evaluate(
      `window.kept = [...document.querySelectorAll('#flow-picture svg, #flow-picture title, #stages-table td')]`,
    );
    const words = () => page.evaluate(`document.querySelector('#flow-picture svg').textContent`);
    assert.doesNotMatch(String(await words()), /2,345 out/);
    model.batch('selector', { eventsIn: 5_000, eventsOut: 2_345, bytesOut: 0, seconds: 1 });
    model.tick(2_000);
    server.push();
    await untilTrue(page, `/2,345 out/.test(document.querySelector('#flow-picture svg').textContent)`);
    assert.match(String(await words()), /selector working, 2\.50 k\/s/, 'its name too');
    assert.equal(
      await page.evaluate(`document.querySelectorAll('#flow-picture .drop:not([display])').length > 0`),
      true,
    );
    assert.equal(await page.evaluate(`kept.length > 2 && kept.every((one) => one.isConnected)`), true);
    assert.deepEqual(complaints, []);
    await page.close();
  });
});

test('a tab in the background says in its title how the run is, and puts nothing up for later', {
  skip: browserSkip,
}, async () => {
  await serving(async (world) => {
    const { model } = world;
    model.runState('running', 1_000);
    // As a browser does it with a tab that nobody sees.
    const { page } = await openPage(browser(), addressOf(world), {
      before: (opened) =>
        opened.addInitScript('window.planned = 0; window.requestAnimationFrame = () => ++planned;'),
    });
    await ticking(world, async () => {
      await isLive(page);
      model.runState('failed', 2_000, 'the disk is full');
      await untilTrue(page, `document.title.startsWith('failed: ')`);
      await page.waitForTimeout(2_000);
      assert.equal(await page.evaluate('planned'), 1);
    });
    await page.close();
  });
});
