import assert from 'node:assert/strict';
import test from 'node:test';
import type { Page } from 'playwright-core';
import type { LiveModel } from '../../services/live/model/live-model.js';
import { browserOfFile, browserSkip } from '../support/browser.js';
import { openPage, textOf } from '../support/live-browser.js';
import { assertFits, faultsOf, keepPicture } from '../support/live-checks.js';
import { serving, token, type World } from '../support/live-server.js';

/* States of the page that a run that goes well does not have, before axe in both themes. */

const browser = browserOfFile();

const looks = [
  { width: 390, colorScheme: 'light' },
  { width: 1400, colorScheme: 'dark' },
] as const;

const nothing = {
  ...{ eventsIn: 0, eventsOut: 0, bytesOut: 0, seconds: 0, batches: 0, errors: 0, lag: 0, lagSeconds: 0 },
  ...{ queueBatches: 0, queueBytes: 0, checkpointMs: undefined, copies: { up: 1, known: 1 } },
  known: { events: true, services: true },
};
const none: ReadonlyMap<string, number> = new Map();

/** One stage of each health, and one of everything that may have gone wrong. */
function inTrouble(model: LiveModel): void {
  model.runState('running', 0);
  for (const stage of ['ingest', 'selector', 'featurizer', 'scaler_moments', 'trainer', 'scorer'])
    model.read(stage, { ...nothing, lag: stage === 'selector' ? 9 : 0 }, none, none, 0);
  model.tick(0);
  const letters = new Map([['weight_absurd', 3]]);
  model.read('ingest', { ...nothing, copies: { up: 0, known: 2 }, lag: 1 }, none, none, 40_000);
  model.read('selector', { ...nothing, lag: 9 }, letters, none, 40_000);
  model.read('featurizer', { ...nothing, errors: 1 }, none, new Map([['io_failed', 1]]), 40_000);
  model.read('scorer', { ...nothing, eventsIn: 5, eventsOut: 5, lag: 9, lagSeconds: 99 }, none, none, 40_000);
  model.tick(40_000);
}

const shows = (page: Page, id: string, text: string) => textOf(page, id, (found) => found === text, text);

for (const look of looks) {
  const { width, colorScheme } = look;
  const open = async (world: World, hash: string) =>
    openPage(browser(), `http://127.0.0.1:${world.server.port}/${hash}`, look);

  test(`${width} pixels, ${colorScheme}: stages in trouble, refused orders and tokens, a server that is gone`, {
    skip: browserSkip,
  }, async () => {
    await serving(async (world) => {
      const { model } = world;
      inTrouble(model);
      const healths = model.section('flow').stages.map(({ health }) => health);
      for (const health of ['unreachable', 'stalled', 'failing', 'behind'])
        assert.ok(healths.includes(health as never), `${health} of ${healths.join()}`);
      const { page, complaints } = await open(world, '#token=not-the-token');
      await shows(page, 'run-state', 'running');
      await page.evaluate(`document.querySelector('#flow-details').open = true`);
      await page.click('#control-pause');
      await shows(page, 'token-say', 'That is not the token of this server.');
      assert.deepEqual(await faultsOf(page), [], 'a wrong token');
      await keepPicture(page, `live-trouble-${width}`);

      world.refusal = 'the run is finished';
      await page.fill('#token', token);
      await page.keyboard.press('Enter');
      await shows(page, 'order-say', 'The server did not pause: the run is finished.');
      assert.deepEqual(await faultsOf(page), [], 'an order that is not followed');

      for (const state of ['pausing', 'paused', 'draining', 'stopped', 'failed'] as const) {
        model.runState(state, 41_000, `It is ${state}.`);
        world.server.push();
        await shows(page, 'run-state', state);
        assert.deepEqual(await faultsOf(page), [], state);
      }
      await assertFits(page);
      // The browser itself complains of every answer that is no success.
      assert.deepEqual(
        complaints.filter((one) => !/status of (401|409)/.test(one)),
        [],
      );
      await world.server.close();
      await shows(page, 'link-state', 'connection lost');
      assert.deepEqual(await faultsOf(page), [], 'a server that is gone');
      await page.close();
    });
  });

  test(`${width} pixels, ${colorScheme}: the form for the token, before and after a wrong one`, {
    skip: browserSkip,
  }, async () => {
    await serving(async (world) => {
      const { page } = await open(world, '');
      await page.waitForSelector('.login');
      assert.deepEqual(await faultsOf(page), []);
      await page.fill('#token', 'not-the-token');
      await page.click('button');
      await textOf(page, 'login-say', (say) => say !== '', 'the refusal');
      assert.deepEqual(await faultsOf(page), []);
      await page.close();
    }, true);
  });
}
