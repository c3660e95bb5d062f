import assert from 'node:assert/strict';
import test from 'node:test';
import { browserOfFile, browserSkip } from '../support/browser.js';
import {
  addressOf,
  focused,
  isHidden,
  isLive,
  openPage,
  textOf,
  untilTrue,
} from '../support/live-browser.js';
import { follow, openWorld, serving, ticking, token } from '../support/live-server.js';

/* How a tab comes by its token, and what it makes of one that is of no use. */

const browser = browserOfFile();

const hashOf = (address: string) => new URL(address).hash;

test('the printed link works in a tab that is there already: for orders, in the form, and after another start', {
  skip: browserSkip,
}, async () => {
  await serving(async (world) => {
    world.model.runState('running', 1_000);
    const { page } = await openPage(browser(), addressOf(world));
    await isLive(page);
    await page.goto(`${addressOf(world)}#token=${token}`);
    await untilTrue(page, `location.hash === ''`);
    await page.click('#control-pause');
    await untilTrue(page, `document.getElementById('order-say').hidden`);
    assert.equal(await isHidden(page, 'token-form'), true);
    while (world.orders.length === 0) await page.waitForTimeout(20);
    await page.close();
  });
  const first = await openWorld({ isOpen: true });
  const { page } = await openPage(browser(), addressOf(first));
  await page.waitForSelector('.login');
  await page.goto(`${addressOf(first)}#token=${token}`);
  await isLive(page);
  assert.equal(hashOf(page.url()), '');
  const second = await follow(first, { isOpen: true, token: 'another-token-of-26-charac' });
  try {
    await page.waitForSelector('#lost a', { timeout: 30_000 });
    await page.goto(`${addressOf(second)}#token=another-token-of-26-charac`);
    await isLive(page);
    assert.equal(hashOf(page.url()), '');
  } finally {
    await page.close();
    await second.server.close();
  }
});

test('what can be no token is not sent as one, and is not kept', { skip: browserSkip }, async () => {
  await serving(async (world) => {
    world.model.runState('running', 1_000);
    const { page, complaints } = await openPage(browser(), addressOf(world));
    await isLive(page);
    await page.click('#control-pause');
    await page.fill('#token', '\u2026Schl\u00fcssel\u20ac');
    await page.keyboard.press('Enter');
    await textOf(page, 'token-say', (say) => say.startsWith('That is no token'), 'the refusal');
    assert.equal(await page.evaluate(`sessionStorage.getItem('rmmstream-token')`), null);
    assert.equal(await focused(page), 'token');
    await page.fill('#token', ` ${token} `);
    await page.keyboard.press('Enter');
    while (world.orders.length === 0) await page.waitForTimeout(20);
    assert.deepEqual(world.orders, ['pause']);
    assert.deepEqual(complaints, []);
    await page.close();
  });
});

test('who has to give the token before a drain is asked once whether to end the run', {
  skip: browserSkip,
}, async () => {
  await serving(async (world) => {
    world.model.runState('running', 1_000);
    const { page } = await openPage(browser(), addressOf(world));
    await isLive(page);
    const questions: string[] = [];
    page.on('dialog', (dialog) => {
      questions.push(dialog.message());
      void (questions.length === 1 ? dialog.dismiss() : dialog.accept());
    });
    await page.click('#control-drain');
    assert.equal(await focused(page), 'token');
    assert.deepEqual(questions, []);
    await page.fill('#token', token);
    await page.keyboard.press('Enter');
    while (questions.length === 0) await page.waitForTimeout(20);
    assert.match(questions[0]!, /^End the run now\?/);
    assert.deepEqual(world.orders, [], 'no is no');
    await page.click('#control-drain');
    while (world.orders.length === 0) await page.waitForTimeout(20);
    assert.deepEqual([world.orders, questions.length], [['drain'], 2]);
    await page.close();
  });
});

test('a log-in that nobody answered says so, and the token stays', { skip: browserSkip }, async () => {
  const world = await openWorld({ isOpen: true });
  try {
    const { page } = await openPage(browser(), `${addressOf(world)}#token=${token}`, {
      before: (opened) => opened.route('**/login', (route) => route.abort()),
    });
    await textOf(page, 'login-say', (say) => say.startsWith('The server does not answer'), 'the reason');
    await page.unroute('**/login');
    await page.reload();
    await isLive(page);
    await page.close();
  } finally {
    await world.server.close();
  }
});

test('a page that asks for its token stops asking when that server is gone', {
  skip: browserSkip,
}, async () => {
  const first = await openWorld({ isOpen: true });
  const { page } = await openPage(browser(), `${addressOf(first)}#token=${token}`);
  await isLive(page);
  const second = await follow(first, { isOpen: true, token: 'another-token-of-26-charac' });
  await page.waitForSelector('#lost a', { timeout: 30_000 });
  await second.server.close();
  await textOf(page, 'lost', (say) => say.startsWith('The server does not answer'), 'the other reason');
  assert.equal(await page.evaluate(`document.querySelector('#lost a')`), null);
  const third = await openWorld({ isOpen: true, port: first.server.port, name: 'server-3' });
  try {
    await ticking(third, async () => {
      await isLive(page);
    });
  } finally {
    await page.close();
    await third.server.close();
  }
});
