import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { axe } from './browser.js';

interface Fault {
  readonly id: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

/** What axe finds wrong on a page as it is now, by all of its rules. */
export async function faultsOf(page: Page): Promise<unknown[]> {
  // The policy of the page forbids what a text becomes, so axe comes in from outside of it.
  await page.evaluate(axe);
  const { violations, passes } = (await page.evaluate(
    `axe.run(document, { resultTypes: ['violations', 'passes'] })`,
  )) as { violations: readonly Fault[]; passes: readonly { id: string }[] };
  assert.ok(passes.some(({ id }) => id === 'color-contrast'));
  return violations.map(({ id, nodes }) => [id, nodes[0]!.html.slice(0, 200), nodes[0]!.failureSummary]);
}

/** Sees that nothing but tables and pictures is wider than the window, and that the words of the dataflow can be read. */
export async function assertFits(page: Page): Promise<void> {
  const [inside, outside] = (await page.evaluate(
    '[document.documentElement.scrollWidth, innerWidth]',
  )) as number[];
  assert.ok(inside! <= outside!, `the page is ${inside} wide in a window of ${outside}`);
  const scale = (await page.evaluate(`(() => {
    const svg = document.querySelector('#flow-picture svg');
    return svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
  })()`)) as number;
  assert.ok(scale > 0.89, `the picture is shown at ${scale} of its size`);
}

/** With RMMSTREAM_SCREENSHOTS=FOLDER a picture of the whole page is left there, to be looked at. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  const kept = process.env.RMMSTREAM_SCREENSHOTS;
  if (kept === undefined) return;
  mkdirSync(kept, { recursive: true });
  await page.evaluate('scrollTo(0, 0)');
  writeFileSync(join(kept, `${name}.png`), await page.screenshot({ fullPage: true }));
}
