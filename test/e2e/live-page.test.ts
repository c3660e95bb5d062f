import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import type { Browser } from 'playwright-core';
import { browserSkip, startBrowser, unfold } from '../support/browser.js';
import { outputDigests } from '../support/cli.js';
import { openPage, textOf } from '../support/live-browser.js';
import { assertFits, faultsOf, keepPicture } from '../support/live-checks.js';
import { token } from '../support/live-server.js';
import { type ServedRun, startServed } from '../support/served-run.js';
import { runWell, sampleFile, shipped, writeConfig } from '../support/small-run.js';

/*
 * The live page as a person meets it, beside real runs. With RMMSTREAM_SCREENSHOTS=FOLDER pictures are left there, to be
 * looked at.
 */

const environment = { RMMSTREAM_SERVE_TOKEN: token };
/** A file may have any name, and names are shown. */
const evil = `<img src=x onerror="document.title='broken in'">&amp;'.root`;

let folder = '';
let browser: Browser;

before(async () => {
  if (browserSkip !== false) return;
  folder = mkdtempSync(join(tmpdir(), 'rmmstream-test-'));
  browser = await startBrowser();
});

after(async () => {
  if (browserSkip !== false) return;
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

const open = (target: string, options?: Parameters<typeof openPage>[2]) => openPage(browser, target, options);
const text = textOf;

async function stop(run: ServedRun): Promise<void> {
  run.child.kill('SIGTERM');
  await run.result;
}

/** Long enough to be watched: a second and more for each part. */
function longConfig(name: string): string {
  const file = join(folder, evil);
  if (!existsSync(file)) copyFileSync(sampleFile('mc/zprime2000_mumu'), file);
  const samples = [
    shipped('mc/zee', 'background'),
    shipped('mc/ttbar', 'background'),
    { name: 'zprime', kind: 'signal', files: [evil.replace(/[?*[\]{}()!]/g, '?')] } as const,
  ];
  const rest = {
    features: { min_filled: 20 },
    training: { epochs: 60, megasets: 4, batch_events: 64 },
    engine: { workers: 2, range_events: 8192 },
  };
  return writeConfig(folder, samples, rest, name);
}

test('during a run figures move; it is held, goes on, is drained; the same command and the same page go on', {
  skip: browserSkip,
}, async () => {
  const config = longConfig('watched.yaml');
  const out = join(folder, 'watched');
  const args = ['run', config, '--output', out];
  const first = await startServed([...args, '--serve', '0'], environment);
  const { page, complaints } = await open(`${first.address}#token=${token}`);
  assert.equal(new URL(page.url()).hash, '', 'the token has left the address');
  // Before the training, which goes on while a browser opens a tab.
  const other = await open(first.address);
  await text(page, 'loss-say', (say) => say.startsWith('Megaset 1 '), 'the first epoch');
  const loss = await text(page, 'loss-say', (say) => say !== '', 'a loss');
  await text(page, 'loss-say', (say) => say !== loss, 'another loss');
  const canvases = () =>
    page.evaluate(`document.querySelectorAll('#loss canvas, #throughput canvas').length`);
  assert.equal(await canvases(), 2);
  await keepPicture(page, 'live-training');

  // A tab without the token is asked for it, and then the order is given.
  await text(other.page, 'run-state', (state) => state === 'running', 'the run in another tab');
  await other.page.click('#control-pause');
  await other.page.fill('#token', token);
  await other.page.keyboard.press('Enter');
  await text(page, 'run-state', (state) => state === 'paused', 'the run to be held');
  const held = await text(page, 'loss-say', (say) => say !== '', 'a loss');
  await page.waitForTimeout(1_500);
  assert.equal(await text(page, 'loss-say', () => true, ''), held, 'nothing goes on');
  assert.deepEqual(other.complaints, []);
  await other.page.close();
  await page.click('#control-resume');
  await text(page, 'loss-say', (say) => say !== held, 'the run to go on');

  page.on('dialog', (dialog) => void dialog.accept());
  await page.click('#control-drain');
  const { code, stderr } = await first.result;
  assert.equal(code, 130, stderr);
  await text(
    page,
    'lost',
    (say) => /comes back by itself/.test(say),
    'the page to say that its server is gone',
  );
  assert.equal(await text(page, 'run-state', () => true, ''), 'stopped');
  assert.equal(await page.evaluate(`document.querySelectorAll('#phases [data-state="failed"]').length`), 0);
  assert.deepEqual(
    complaints.filter((one) => !one.includes('ERR_CONNECTION_REFUSED') && !one.includes('ERR_INCOMPLETE')),
    [],
  );
  complaints.length = 0;

  const second = await startServed(
    [...args, '--serve', `127.0.0.1:${first.port}`, '--keep-serving'],
    environment,
  );
  await text(page, 'run-state', (state) => state === 'finished', 'the run to finish');
  assert.equal(await page.evaluate(`document.getElementById('lost').hidden`), true);
  await text(
    page,
    'top-say',
    (say) => /^The 12 events with the largest error/.test(say),
    'the list of events',
  );
  assert.deepEqual(
    complaints.filter((one) => !one.includes('ERR_CONNECTION_REFUSED')),
    [],
  );
  await stop(second);
  const reference = join(folder, 'unwatched');
  await runWell(['run', config, '--output', reference]);
  assert.deepEqual(outputDigests(out), outputDigests(reference), 'watched, held and drained: the same bytes');
  await page.close();
});

test('a finished run: every width and theme, axe, the keyboard, and names that are HTML', {
  skip: browserSkip,
}, async (context) => {
  const config = longConfig('finished.yaml');
  const run = await startServed(
    [
      'run',
      config,
      '--output',
      join(folder, 'finished'),
      '--serve',
      '0',
      '--keep-serving',
      '--set',
      'training.epochs=3',
    ],
    environment,
  );
  try {
    const { page } = await open(run.address);
    await text(page, 'run-state', (state) => state === 'finished', 'the run to finish');
    await text(page, 'top-say', (say) => say.startsWith('The 12'), 'the list of events');
    await page.close();
    for (const width of [390, 800, 1400]) {
      for (const colorScheme of ['light', 'dark'] as const) {
        await context.test(`${width} pixels, ${colorScheme}`, async () => {
          const { page, complaints } = await open(run.address, { width, colorScheme });
          await text(page, 'top-say', (say) => say.startsWith('The 12'), 'the list of events');
          for (const figure of ['throughput', 'lag', 'loss', 'histogram', 'tail-met', 'tail-mll'])
            assert.equal(
              await page.evaluate(`document.querySelectorAll('#${figure} canvas').length`),
              1,
              figure,
            );
          await unfold(page);
          await page.click('#top-table tr:has-text("zprime") button[data-event]');
          await page.waitForSelector('#event img');
          // The policy forbids what a page is asked to wait for as text: each picture is awaited by its event.
          await page.evaluate(
            `Promise.all([...document.querySelectorAll('#event img')].map((image) => image.decode()))`,
          );
          assert.equal(await page.evaluate(`document.querySelectorAll('#event img').length`), 2);
          await assertFits(page);
          assert.deepEqual(await faultsOf(page), []);
          assert.deepEqual(complaints, []);
          await keepPicture(page, `live-${width}-${colorScheme}`);
          await page.close();
        });
      }
    }
    await context.test('what is HTML in a name is a name', async () => {
      const { page } = await open(run.address);
      await text(page, 'top-table', (table) => table.includes('<img src=x onerror='), 'the name of the file');
      assert.equal(await page.evaluate(`document.querySelectorAll('#top-table img').length`), 0);
      assert.doesNotMatch(await page.title(), /broken in/);
      await page.close();
    });
    await context.test('by keyboard: to the content, to an event and back to its button', async () => {
      const { page } = await open(run.address);
      await text(page, 'top-say', (say) => say.startsWith('The 12'), 'the list of events');
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate('document.activeElement.className'), 'skip');
      await page.keyboard.press('Enter');
      assert.equal(await page.evaluate('document.activeElement.id'), 'content');
      await page.focus('#top-table button[data-event]');
      const id = await page.evaluate('document.activeElement.dataset.event');
      await page.keyboard.press('Enter');
      await page.waitForSelector('#event img');
      assert.equal(await page.evaluate('document.activeElement.id'), 'event');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      assert.equal(await page.evaluate('document.activeElement.dataset.event'), id);
      const speaking = await page.evaluate(
        `[...document.querySelectorAll('[aria-live], [role=alert], [role=status], [role=log], output')].map((one) => one.id).join()`,
      );
      assert.equal(speaking, 'lost,live,order-say,token-say', 'changes of state, and answers to a person');
      await page.close();
    });
  } finally {
    await stop(run);
  }
});

test('served to other machines: the printed link opens it, the token leaves the address, a wrong one does not', {
  skip: browserSkip,
}, async () => {
  const config = longConfig('open.yaml');
  const run = await startServed(
    [
      'run',
      config,
      '--output',
      join(folder, 'open'),
      '--serve',
      '0.0.0.0:0',
      '--keep-serving',
      '--set',
      'training.epochs=1',
    ],
    { RMMSTREAM_SERVE_TOKEN: '' },
  );
  try {
    const made = /#token=(.+)$/.exec(run.link)![1]!;
    const wrong = await open(`${run.address}#token=not-the-token`);
    await text(wrong.page, 'login-say', (say) => say.startsWith('That is not the token'), 'the refusal');
    assert.equal(new URL(wrong.page.url()).hash, '');
    await wrong.page.fill('#token', made);
    await wrong.page.click('button');
    await text(wrong.page, 'link-state', (state) => state === 'live', 'the page after the form');
    await wrong.page.close();
    const { page } = await open(`${run.address}#token=${made}`);
    await text(page, 'link-state', (state) => state === 'live', 'the page after the link');
    assert.equal(page.url(), run.address);
    assert.equal(await page.evaluate('document.cookie'), '', 'scripts do not see the cookie');
    await page.close();
  } finally {
    await stop(run);
  }
});
