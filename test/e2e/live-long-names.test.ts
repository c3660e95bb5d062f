import assert from 'node:assert/strict';
import test from 'node:test';
import { browserOfFile, browserSkip, unfold } from '../support/browser.js';
import { addressOf, isLive, openPage, pointAt, textOf } from '../support/live-browser.js';
import { assertFits, keepPicture } from '../support/live-checks.js';
import { openWorld, ticking } from '../support/live-server.js';
import { madeScores } from '../support/made-scores.js';

/* Words that are wider than a small window: paths, names of samples, identifiers. */

const browser = browserOfFile();

const word = (length: number) => 'Wm_'.repeat(length).slice(0, length);

for (const width of [390, 1400])
  test(`at ${width} pixels words of any length stay in the window`, { skip: browserSkip }, async () => {
    const world = await openWorld({ title: `/${word(80)}/analysis.yaml`, limits: [word(90)] });
    const { model } = world;
    model.runState('failed', 1_000, `out/${word(120)} is full`);
    model.artefact('scaler', word(64));
    model.artefact('model', word(64));
    const [zee, data] = madeScores.processes;
    const [event] = madeScores.top;
    // As long as names of samples may be.
    model.scores({
      ...madeScores,
      processes: [{ ...zee!, name: word(64) }, data!],
      top: [{ ...event!, sample: word(64), file: `${word(90)}.root` }],
    });
    try {
      await ticking(world, async () => {
        const { page, complaints } = await openPage(browser(), addressOf(world), { width });
        await isLive(page);
        await textOf(page, 'top-say', (say) => say.startsWith('The 1 events'), 'the list of events');
        await unfold(page);
        await page.click('#top-table button');
        await page.waitForSelector('#event h3');
        await assertFits(page);
        const close = (await page.locator('#event .event-head button').boundingBox())!;
        assert.ok(close.width > close.height, 'words that fit are not broken');
        for (const share of [0.05, 0.45, 0.55, 0.95]) {
          await pointAt(page, 'histogram', share);
          await assertFits(page);
        }
        await keepPicture(page, `long-names-${width}`);
        assert.deepEqual(complaints, []);
        await page.close();
      });
    } finally {
      await world.server.close();
    }
  });
