import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, before } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { fileNames } from '../../services/report/render/file-names.js';
import { reportPage } from '../../services/report/render/page.js';
import { axe, browserSkip, startBrowser, unfold } from '../support/browser.js';
import { madeFacts, madeSections } from '../support/made-sections.js';
import { quick, runWell, shipped, smallSamples, writeConfig } from '../support/small-run.js';

/*
 * The page as a person meets it. What runs in the page is text here, since this project has no DOM types. With
 * RMMSTREAM_SCREENSHOTS=FOLDER pictures of the whole page are left there, to be looked at.
 */

const schemes = ['light', 'dark'] as const;
const widths = [390, 820, 1400];
const data = { ...shipped('data/periodA', 'data'), luminosity_fb: 0.00146 };

let folder = '';
let address = '';
let browser: Browser;

before(async () => {
  if (browserSkip !== false) return;
  folder = mkdtempSync(join(tmpdir(), 'rmmstream-test-'));
  const out = join(folder, 'out');
  await runWell(['run', writeConfig(folder, [...smallSamples, data], quick), '--output', out]);
  await runWell(['report', out]);
  address = pathToFileURL(join(out, 'report', 'report.html')).href;
  browser = await startBrowser();
});

after(async () => {
  if (browserSkip !== false) return;
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Seen {
  readonly page: Page;
  /** What the console said, and what was asked of the network. */
  readonly complaints: string[];
}

async function open(target: string, width: number, colorScheme: 'light' | 'dark'): Promise<Seen> {
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (request.url() !== target && !request.url().startsWith('data:')) complaints.push(request.url());
  });
  await page.goto(target);
  return { page, complaints };
}

for (const width of widths) {
  for (const scheme of schemes) {
    test(`at ${width} pixels, ${scheme}: every figure is seen, nothing complains, the page does not scroll sideways`, {
      skip: browserSkip,
    }, async () => {
      const { page, complaints } = await open(address, width, scheme);
      const figures = (await page.evaluate(`[...document.querySelectorAll('figure')].map((figure) => {
        const svg = figure.querySelector('svg');
        const box = svg?.getBoundingClientRect();
        return { id: figure.id, width: box?.width ?? 0, height: box?.height ?? 0,
          shapes: svg?.querySelectorAll('path,rect,circle,line,text').length ?? 0 };
      })`)) as { id: string; width: number; height: number; shapes: number }[];
      assert.ok(figures.length >= 20, `${figures.length} figures`);
      const unseen = figures.filter(
        (figure) => figure.width < 100 || figure.height < 40 || figure.shapes < 3,
      );
      assert.deepEqual(unseen, []);
      const [inside, outside] = (await page.evaluate(
        '[document.documentElement.scrollWidth, innerWidth]',
      )) as number[];
      assert.ok(inside! <= outside!, `the page is ${inside} wide in a window of ${outside}`);
      const ground = await page.evaluate('getComputedStyle(document.body).backgroundColor');
      assert.equal(ground, scheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(20, 23, 27)');
      assert.deepEqual(complaints, []);
      await keepPicture(page, `report-${width}-${scheme}`);
      await page.close();
    });
  }
}

async function keepPicture(page: Page, name: string): Promise<void> {
  const kept = process.env.RMMSTREAM_SCREENSHOTS;
  if (kept === undefined) return;
  mkdirSync(kept, { recursive: true });
  writeFileSync(join(kept, `${name}.png`), await page.screenshot({ fullPage: true }));
}

interface Fault {
  readonly id: string;
  readonly impact: string | null;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

for (const scheme of schemes) {
  test(`axe finds no serious fault, ${scheme}, folded parts opened`, { skip: browserSkip }, async () => {
    const made = join(folder, 'made.html');
    writeFileSync(made, reportPage(madeSections, madeFacts, fileNames(madeSections)));
    for (const target of [address, pathToFileURL(made).href]) {
      const { page } = await open(target, 1000, scheme);
      await page.evaluate(axe);
      await unfold(page);
      const { violations, passes } = (await page.evaluate(
        `axe.run(document, { resultTypes: ['violations', 'passes'] })`,
      )) as { violations: readonly Fault[]; passes: readonly { id: string }[] };
      // That it has looked at colours and names, and not at an empty page.
      for (const id of ['color-contrast', 'svg-img-alt', 'document-title'])
        assert.ok(
          passes.some((one) => one.id === id),
          id,
        );
      const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      assert.deepEqual(
        grave.map(({ id, nodes }) => [
          id,
          nodes.length,
          nodes[0]!.html.slice(0, 200),
          nodes[0]!.failureSummary,
        ]),
        [],
      );
      await page.close();
    }
  });
}

test('in print the page is light whatever the screen, and whole: no box scrolls', {
  skip: browserSkip,
}, async () => {
  const { page } = await open(address, 1000, 'dark');
  await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  assert.equal(await page.evaluate('getComputedStyle(document.body).backgroundColor'), 'rgb(255, 255, 255)');
  assert.equal(await page.evaluate('getComputedStyle(document.querySelector("nav")).display'), 'none');
  const cut = await page.evaluate(
    `[...document.querySelectorAll('.scroll,.drawing')].filter((box) => getComputedStyle(box).overflowX !== 'visible').length`,
  );
  assert.equal(cut, 0);
  const pdf = await page.pdf({ format: 'A4' });
  assert.equal(pdf.subarray(0, 5).toString('latin1'), '%PDF-');
  await page.close();
});

test('the keyboard leads to the content and into boxes that scroll', { skip: browserSkip }, async () => {
  const { page } = await open(address, 390, 'light');
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate('document.activeElement.className'), 'skip');
  const left = await page.evaluate('document.activeElement.getBoundingClientRect().left');
  assert.ok((left as number) >= 0, 'the link is seen once it has the focus');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate('document.activeElement.id'), 'content');
  const unreachable = await page.evaluate(
    `[...document.querySelectorAll('.scroll,.drawing,pre')].filter((box) => box.scrollWidth > box.clientWidth && box.tabIndex < 0).length`,
  );
  assert.equal(unreachable, 0);
  await page.close();
});
