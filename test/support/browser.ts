import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { after, before } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Names under which systems install a browser of Chromium's family. */
const programs = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

function findBrowser(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return programs
    .flatMap((program) => folders.map((folder) => join(folder, program)))
    .find((path) => existsSync(path));
}

const found = findBrowser();

/** Why there is no browser on this machine, for the skip option of a test; false where there is one. */
export const browserSkip: string | false =
  found === undefined ? 'no Chromium on this machine (Debian: chromium)' : false;

/** Starts the machine's Chromium without a window; close it at the end. */
export function startBrowser(): Promise<Browser> {
  if (found === undefined) throw new Error(String(browserSkip));
  // Its sandbox does not start as root, as in containers; the pages are our own.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return chromium.launch({ executablePath: found, args });
}

/** A browser for all tests of a file: started before the first, closed after the last; none where there is none. */
export function browserOfFile(): () => Browser {
  let browser: Browser | undefined;
  before(async () => {
    if (browserSkip === false) browser = await startBrowser();
  });
  after(() => browser?.close());
  return () => {
    if (browser === undefined) throw new Error('the browser is there once the tests of the file run');
    return browser;
  };
}

/** Opens all parts of a page that are folded up. */
export const unfold = (page: Page) =>
  page.evaluate('for (const one of document.querySelectorAll("details")) one.open = true');

/** axe as text: what runs in a page is text in tests, since this project has no DOM types. */
export const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
