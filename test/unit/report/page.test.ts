import assert from 'node:assert/strict';
import test from 'node:test';
import { parseHTML } from 'linkedom';
import { fileNames } from '../../../services/report/render/file-names.js';
import { tableHtml } from '../../../services/report/render/html-table.js';
import { reportPage } from '../../../services/report/render/page.js';
import type { Section, TableBlock } from '../../../services/report/section.js';
import { hostile, madeFacts, madeSections, madeTable } from '../../support/made-sections.js';

/** What is needed of a parsed page; this project has no DOM types. */
interface Element {
  readonly textContent: string;
  readonly localName: string;
  readonly id: string;
  getAttribute(name: string): string | null;
  querySelector(selector: string): Element | null;
  querySelectorAll(selector: string): Iterable<Element>;
}

function pageOf(sections: readonly Section[]): { readonly html: string; readonly document: Element } {
  const html = reportPage(sections, madeFacts, fileNames(sections));
  return { html, document: parseHTML(html).document as unknown as Element };
}

const all = (element: Element, selector: string) => [...element.querySelectorAll(selector)];

test('every text is text: nothing of a name becomes an element', () => {
  const { document, html } = pageOf(madeSections);
  assert.equal(all(document, 'script').length, 0);
  assert.ok(!html.includes('<script'));
  const texts = all(document, 'p').map(({ textContent }) => textContent);
  assert.ok(texts.includes(`Another: ${hostile}`));
  assert.ok(all(document, 'th').some(({ textContent }) => textContent === hostile));
  assert.equal(all(document, 'h2').at(-2)!.textContent, 'First <section>');
});

test('nothing is loaded, and the policy of the page allows nothing', () => {
  const { document, html } = pageOf(madeSections);
  const policy = document.querySelector('meta[http-equiv="Content-Security-Policy"]')!;
  assert.match(policy.getAttribute('content')!, /^default-src 'none';/);
  for (const link of all(document, '[href],[src]')) {
    const target = link.getAttribute('href') ?? link.getAttribute('src')!;
    assert.match(target, /^(#|data:|(figures|tables|histograms)\/[\w.-]+$)/);
  }
  // Names of namespaces are no addresses.
  assert.deepEqual(html.replaceAll(/xmlns(:\w+)?="[^"]*"/g, '').match(/https?:|@import|url\(/g), null);
});

test('headings in order, landmarks, a name for every anchor, each once', () => {
  const { document } = pageOf(madeSections);
  const levels = all(document, 'h1,h2,h3,h4').map(({ localName }) => localName);
  assert.deepEqual(levels, ['h1', 'h2', 'h2', 'h2', 'h2']);
  for (const landmark of ['header', 'nav', 'main', 'footer', 'a.skip'])
    assert.equal(all(document, landmark).length, 1, landmark);
  const ids = all(document, '[id]').map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const link of all(document, 'a[href^="#"]'))
    assert.ok(ids.includes(link.getAttribute('href')!.slice(1)), link.getAttribute('href')!);
});

test('figures and tables: alt text, caption, files; what cannot be drawn says so', () => {
  const { document } = pageOf(madeSections);
  const figures = all(document, 'figure');
  assert.deepEqual(
    figures.map(({ id }) => id),
    ['figure-a-figure', 'figure-small', 'figure-small-2', 'figure-nothing'],
  );
  assert.equal(
    figures[0]!.querySelector('svg[role="img"]')!.getAttribute('aria-label'),
    'A bar with the text a figure.',
  );
  assert.equal(figures[3]!.querySelector('svg'), null);
  assert.equal(
    figures[3]!.querySelector('.empty')!.textContent,
    'Nothing to draw: A bar with the text nothing.',
  );
  assert.equal(all(document, '.row.half figure').length, 2);
  const table = document.querySelector('table')!;
  assert.match(table.querySelector('caption')!.textContent, /^Numbers of every kind\./);
  assert.deepEqual(
    all(table, 'td').map(({ textContent }) => textContent),
    ['0.9070 ± 0.0044', '20,253', '–a', '0.012', '3', '–a'],
  );
  assert.equal(document.querySelector('.notes')!.textContent, 'a not defined: no event is left');
});

test('rows beyond those shown are folded away, with the same heading', () => {
  const rows = Array.from({ length: 100 }, (_, index) => [`row ${index}`, index, 1.5]);
  const blocks = [{ ...madeTable, rows, shown: 10 }];
  const { document } = pageOf([{ id: 'long', title: 'Long', blocks, data: [] }]);
  assert.equal(document.querySelector('details summary')!.textContent, '90 more rows');
  const heads = all(document, 'thead').map(({ textContent }) => textContent);
  assert.deepEqual(heads, Array(2).fill('namevalue [GeV]plain'));
  assert.equal(all(document, 'details tbody tr').length, 90);
  assert.equal(all(document, 'tbody tr').length, 100);
});

test('a column of long texts keeps a width of its own, and others do not', () => {
  const table: TableBlock = {
    kind: 'table',
    id: 'long',
    caption: 'Texts.',
    columns: [{ label: 'name' }, { label: 'long' }, { label: 'short' }, { label: 'number' }],
    rows: [['a', 'm(e1,mu1) 42 %, m(e1,mu2) 21 %, e_T 9 %', 'b', 1]],
  };
  const { document } = parseHTML(tableHtml(table, 'long'));
  const classes = [...document.querySelectorAll('tbody td')].map((cell) => cell.className);
  assert.deepEqual(classes, ['long', '', 'number']);
});

test('findings stand on top, the worst first, with words for colours and a way to their section', () => {
  const { document } = pageOf(madeSections);
  assert.deepEqual(
    all(document, '#findings li').map(({ textContent }) => textContent),
    ['Bad: Something is wrong with periodD. Second', 'Good: All is well. First <section>'],
  );
});

test('no section, no row, no column: still a page', () => {
  assert.equal(all(pageOf([]).document, 'main').length, 1);
  const empty = { kind: 'table', id: 't', caption: 'Empty.', columns: [], rows: [] } as const;
  const { document } = pageOf([{ id: 'one', title: 'One', blocks: [empty], data: null }]);
  assert.equal(document.querySelector('td')!.textContent, 'no rows');
});
