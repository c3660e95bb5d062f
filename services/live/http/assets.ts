import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../../lib/base/package-root.js';
import type { Answer } from './answer.js';
import { icon, pageHtml } from './page-html.js';
import { pageStyle } from './page-style.js';

const script = 'text/javascript; charset=utf-8';
const style = 'text/css; charset=utf-8';

/** Folders of the build whose modules the page loads, by paths that are those of the build. */
const folders = ['services/live/page', 'services/live/shared'];
const files = ['lib/telemetry/format.js'];

/** What the form for the token needs; anybody may have it. */
export const openAssets: ReadonlySet<string> = new Set([
  '/style.css',
  '/icon.svg',
  ...['login', 'dom', 'token', 'ask'].map((name) => `/services/live/page/${name}.js`),
]);

/**
 * Everything of the page that never changes, by path. It is read once: a request can name what is here and nothing else
 * of the disk.
 * @throws io_failed where the build is not whole
 */
export function readAssets(): ReadonlyMap<string, Answer> {
  const dist = join(packageRoot, 'dist');
  const uplot = join(dirname(createRequire(import.meta.url).resolve('uplot/package.json')), 'dist');
  const modules = [
    ...files,
    ...folders.flatMap((folder) =>
      readdirSync(join(dist, folder))
        .filter((name) => name.endsWith('.js'))
        .map((name) => `${folder}/${name}`),
    ),
  ];
  const answer = (type: string, body: string): Answer => ({
    status: 200,
    type,
    body,
  });
  return new Map([
    ['/', answer('text/html; charset=utf-8', pageHtml)],
    ['/style.css', answer(style, pageStyle)],
    ['/icon.svg', answer('image/svg+xml; charset=utf-8', icon)],
    ['/uplot.js', answer(script, readFileSync(join(uplot, 'uPlot.iife.min.js'), 'utf8'))],
    ['/uplot.css', answer(style, readFileSync(join(uplot, 'uPlot.min.css'), 'utf8'))],
    ...modules.map((path): [string, Answer] => [
      `/${path}`,
      answer(script, readFileSync(join(dist, path), 'utf8')),
    ]),
  ]);
}

/** Another text where anything of the page is another: one that is open does not understand a server of another build. */
export function buildOf(assets: ReadonlyMap<string, Answer>): string {
  const hash = createHash('sha256');
  for (const [path, { body }] of assets) hash.update(path).update('\0').update(body).update('\0');
  return hash.digest('hex').slice(0, 16);
}
