import assert from 'node:assert/strict';
import test from 'node:test';
import type { Page } from 'playwright-core';
import { browserOfFile, browserSkip, unfold } from '../support/browser.js';
import { addressOf, isLive, openPage, pointAt, textOf, untilTrue } from '../support/live-browser.js';
import { serving, ticking } from '../support/live-server.js';
import { madeScores } from '../support/made-scores.js';

/* Charts and the tables beside them. */

const browser = browserOfFile();

const rowsOf = (page: Page, id: string) =>
  page.evaluate(
    `[...document.querySelectorAll('#${id}-table tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))`,
  ) as Promise<string[][]>;

test('a table beside a chart has every point of it, and no number for what is not known', {
  skip: browserSkip,
}, async () => {
  await serving(async (world) => {
    const { model } = world;
    model.runState('running', 0);
    for (let second = 0; second < 90; second += 1) {
      model.batch('selector', { eventsIn: 100, eventsOut: 50, bytesOut: 0, seconds: 1 });
      if (second >= 40) model.waiting('selector', second, 100);
      model.tick(second * 1_000);
    }
    for (let epoch = 0; epoch < 70; epoch += 1)
      model.epoch({ megaset: 0, megasets: 1, epoch, loss: 1 / (epoch + 1), validationLoss: undefined });
    await ticking(world, async () => {
      const { page, complaints } = await openPage(browser(), addressOf(world));
      await isLive(page);
      await textOf(page, 'loss-say', (say) => say !== '', 'the loss');
      assert.deepEqual(await rowsOf(page, 'loss'), [], 'a table that nobody sees is empty');
      await unfold(page);
      await page.waitForSelector('#loss-table tr');
      const epochs = await rowsOf(page, 'loss');
      assert.deepEqual([epochs.length, epochs.at(-1)![0], epochs[0]![0]], [70, '1', '70']);
      const rates = await rowsOf(page, 'throughput');
      assert.equal(rates.length, 90);
      const lags = await rowsOf(page, 'lag');
      assert.equal(lags.length, 90);
      assert.deepEqual(
        [lags[0]!.at(-1), lags[49]!.at(-1), lags[50]!.at(-1), lags[89]!.at(-1)],
        ['11', '60', '-', '-'],
      );

      // What grows at its head keeps the rest of its rows.
      await page.evaluate(`window.kept = document.querySelector('#throughput-table tbody tr')`);
      model.tick(90_000);
      await untilTrue(page, `document.querySelectorAll('#throughput-table tbody tr').length === 91`);
      assert.equal(await page.evaluate('kept.isConnected && kept.rowIndex'), 2);
      assert.deepEqual(complaints, []);
      await page.close();
    });
  });
});

test('times of a run of several days have dates', { skip: browserSkip }, async () => {
  await serving(async (world) => {
    const { model } = world;
    model.runState('running', 0);
    for (let hour = 0; hour <= 60; hour += 1) {
      model.batch('selector', { eventsIn: 1e6, eventsOut: 5e5, bytesOut: 0, seconds: 1 });
      model.tick(hour * 3_600_000);
    }
    await ticking(world, async () => {
      const { page } = await openPage(browser(), addressOf(world));
      await isLive(page);
      await unfold(page);
      await page.waitForSelector('#throughput-table tr');
      const days = new Set((await rowsOf(page, 'throughput')).map(([time]) => time!.split(',')[0]));
      assert.ok(days.size >= 3, [...days].join());
      for (const day of days) assert.match(day, /^\d+ Jan|^31 Dec/);
      await page.close();
    });
  });
});

/** What is said with the cursor at a share of the width of a chart. */
async function readAt(page: Page, id: string, share: number): Promise<string> {
  const readout = await pointAt(page, id, share);
  return (await readout.locator('p, li').allTextContents()).join('; ');
}

test('a chart says what stands at the cursor, and a bin is as wide before a gap and at the end as elsewhere', {
  skip: browserSkip,
}, async () => {
  await serving(async (world) => {
    const { model } = world;
    model.runState('running', 0);
    const zee = madeScores.processes[0]!;
    const bins = [
      [8, 0, 4, 2],
      [4, 0, 2, 1],
    ];
    const other = { ...zee, name: 'ttbar', yield: 3 };
    const histogram = { width: 2, first: 0, counts: bins, weights: bins };
    model.scores({ ...madeScores, isLog: false, processes: [zee, other], histogram, tail: undefined });
    for (let epoch = 0; epoch < 3; epoch += 1)
      model.epoch({ megaset: 0, megasets: 1, epoch, loss: 1 / (epoch + 1), validationLoss: undefined });
    for (let second = 0; second < 3; second += 1) {
      model.batch('selector', { eventsIn: 100, eventsOut: 50, bytesOut: 0, seconds: 1 });
      model.tick(second * 1_000);
    }
    await ticking(world, async () => {
      const { page, complaints } = await openPage(browser(), addressOf(world));
      await isLive(page);
      await page.waitForSelector('#histogram-plot .u-over');
      assert.equal(await readAt(page, 'histogram', 0.1), 'error 0 to 2; zee 8; ttbar 4');
      // Of a stack each is said by itself, up to the very edge of its bin.
      assert.equal(await readAt(page, 'histogram', 0.74), 'error 4 to 6; zee 4; ttbar 2');
      assert.equal(await readAt(page, 'histogram', 0.97), 'error 6 to 8; zee 2; ttbar 1');
      assert.equal(await readAt(page, 'histogram', 0.3), 'error 2 to 4');
      assert.equal(await readAt(page, 'loss', 0.99), 'Megaset 1 of 1, epoch 3; training 0.33333');
      assert.match(await readAt(page, 'throughput', 0.99), /^\d\d:\d\d:02; .*selector \d+ \/s/);
      await page.mouse.move(0, 0);
      await page.locator('#throughput-plot .readout').waitFor({ state: 'hidden' });

      assert.deepEqual(complaints, []);
      const isFilled = (share: number) =>
        page.evaluate(`(() => {
          const over = document.querySelector('#histogram-plot .u-over').getBoundingClientRect();
          const canvas = document.querySelector('#histogram-plot canvas');
          const place = canvas.getBoundingClientRect();
          const x = over.left - place.left + over.width * ${share};
          const pixel = canvas.getContext('2d').getImageData(x, over.bottom - place.top - 9, 1, 1);
          return pixel.data[3] > 0;
        })()`);
      for (const share of [0.06, 0.19, 0.31, 0.44, 0.56, 0.69, 0.81, 0.94])
        assert.equal(await isFilled(share), share < 0.25 || share > 0.5, String(share));
      await page.close();
    });
  });
});
