import type { Browser, Locator, Page } from 'playwright-core';
import type { World } from './live-server.js';

/** The live page in a browser. What runs in it is text in tests, since this project has no DOM types. */
export interface Seen {
  readonly page: Page;
  /** What the console said, and addresses outside the server. */
  readonly complaints: string[];
}

export async function openPage(
  browser: Browser,
  target: string,
  options: { width?: number; colorScheme?: 'light' | 'dark'; before?: (page: Page) => Promise<unknown> } = {},
): Promise<Seen> {
  const { width = 1400, colorScheme = 'light', before } = options;
  const page = await browser.newPage({ viewport: { width, height: 900 }, colorScheme });
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('request', (request) => {
    if (new URL(request.url()).origin !== new URL(target).origin) complaints.push(request.url());
  });
  await before?.(page);
  await page.goto(target);
  return { page, complaints };
}

/** The text of an element, once `holds` says that it is as wanted. */
export async function textOf(
  page: Page,
  id: string,
  holds: (text: string) => boolean,
  what: string,
): Promise<string> {
  let found = '';
  for (let tries = 0; tries < 900; tries += 1) {
    // While the page goes to another address there is none to ask.
    const asked = page.evaluate(`document.getElementById(${JSON.stringify(id)})?.textContent ?? ''`);
    found = String(await asked.catch(() => ''));
    if (holds(found)) return found;
    await page.waitForTimeout(100);
  }
  throw new Error(`waited in vain for ${what}; it says ${found}`);
}

/** Waits until an expression is true in the page, whose policy forbids that it asks itself. */
export async function untilTrue(page: Page, expression: string): Promise<void> {
  for (let tries = 0; tries < 300; tries += 1) {
    if ((await page.evaluate(expression).catch(() => undefined)) === true) return;
    await page.waitForTimeout(100);
  }
  throw new Error(`waited in vain for ${expression}`);
}

export const addressOf = ({ server }: World) => `http://127.0.0.1:${server.port}/`;
export const isLive = (page: Page) => textOf(page, 'link-state', (state) => state === 'live', 'the server');
export const isHidden = (page: Page, id: string) => page.evaluate(`document.getElementById('${id}').hidden`);

/** The id of the element that has the focus. */
export const focused = (page: Page) => page.evaluate('document.activeElement.id');

/** Puts the cursor over a chart, at a share of its width, and waits for the box that says what stands there. */
export async function pointAt(page: Page, id: string, share: number): Promise<Locator> {
  const over = page.locator(`#${id}-plot .u-over`);
  await over.scrollIntoViewIfNeeded();
  const { width, height } = (await over.boundingBox())!;
  await over.hover({ position: { x: width * share, y: height / 2 } });
  const readout = page.locator(`#${id}-plot .readout`);
  await readout.waitFor({ state: 'visible' });
  return readout;
}
