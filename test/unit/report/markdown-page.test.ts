import assert from 'node:assert/strict';
import test from 'node:test';
import { fileNames } from '../../../services/report/render/file-names.js';
import { inlineMarkdown, reportMarkdown } from '../../../services/report/render/markdown-page.js';
import { madeFacts, madeSections } from '../../support/made-sections.js';

test('report.md has the findings first, the worst on top, then every section', () => {
  const page = reportMarkdown(madeSections, madeFacts, fileNames(madeSections));
  assert.ok(
    page.startsWith('# A made report\n\nSamples: 1 background.\nModel 0123456789abcdef.\n\n## Findings\n\n'),
  );
  const order = [
    '- **Bad**: Something is wrong with `periodD`. (Second)',
    '- **Good**: All is well. (First \\<section\\>)',
    '## First \\<section\\>',
    '| name | value [GeV] | plain |'.replace('[GeV]', '\\[GeV\\]'),
    '| first | 0.9070 ± 0.0044 | 20,253 |',
    '| second | – (a) | 0.012 |',
    '(a) not defined: no event is left',
    '![A bar with the text a figure.](figures/a-figure.svg)',
    '![A bar with the text small.](figures/small.svg)',
    '![A bar with the text small.](figures/small-2.svg)',
    '## Second',
    'A listing:\n\n````\nkey: <value>\n```\n````',
    'Caption of nothing. (nothing to draw: A bar with the text nothing.)',
  ].map((part) => {
    const at = page.indexOf(part);
    assert.ok(at >= 0, part);
    return at;
  });
  assert.deepEqual(
    order,
    [...order].sort((a, b) => a - b),
  );
  assert.ok(!page.includes('<script>'));
});

test('marks of Markdown in texts are themselves, names of samples stay readable', () => {
  assert.equal(inlineMarkdown('zprime2000_mumu and `a_*b`'), 'zprime2000_mumu and `a_*b`');
  assert.equal(inlineMarkdown('_it_ *is* [not](a) <b>\nlink'), '\\_it\\_ \\*is\\* \\[not\\](a) \\<b\\> link');
  assert.equal(inlineMarkdown('# no heading'), '\\# no heading');
  assert.equal(inlineMarkdown('2. no list'), '2\\. no list'.replace('2\\.', '\\2.'));
});

test('a report without sections is a page all the same', () => {
  assert.equal(reportMarkdown([], madeFacts, new Map()).split('\n').length, 5);
});
