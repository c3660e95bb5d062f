import assert from 'node:assert/strict';
import test from 'node:test';
import { renderTable } from '../../../lib/telemetry/table.js';
import { terminalPainter } from '../../../lib/telemetry/terminal-painter.js';
import { cutToWidth, textWidth } from '../../../lib/telemetry/text-width.js';

test('cells are those that terminals take: two for East Asian letters and pictures, none for accents', () => {
  // As in wcwidth of a terminal (UAX 11: W and F are two cells, combining marks none).
  for (const [text, cells] of [
    ['', 0],
    ['zee.root', 8],
    ['Müller', 6],
    ['Mu\u0308ller', 6],
    ['データ', 6],
    ['ﾃﾞｰﾀ', 4],
    ['数据.root', 9],
    ['데이터', 6],
    ['ＡＢ', 4],
    ['\u{1f680}x', 3],
    ['\u{20000}', 2],
    ['→ π ≥', 5],
  ] as const)
    assert.equal(textWidth(text), cells, text);
});

test('a line is cut between characters, at the last that fits', () => {
  assert.equal(cutToWidth('abc', 5), 'abc');
  assert.equal(cutToWidth('abc', 2), 'ab');
  assert.equal(cutToWidth('データ', 4), 'デー');
  assert.equal(cutToWidth('データ', 5), 'デー', 'half a character is none');
  assert.equal(cutToWidth('\u{1f680}\u{1f680}', 3), '\u{1f680}');
  assert.equal(cutToWidth('u\u0308x', 1), 'u\u0308', 'an accent stays with its letter');
});

test('columns of a table stand below each other whatever is written in them', () => {
  const text = renderTable(
    [{ title: 'sample' }, { title: 'rows', align: 'right' }],
    [
      ['数据', '7'],
      ['zmumu', '12'],
    ],
  );
  assert.deepEqual(text.split('\n'), ['sample  rows', '------  ----', '数据       7', 'zmumu     12']);
});

test('no line of a painted block is wider than the terminal, which would wrap it and break the next painting', () => {
  for (const columns of [5, 12, 40]) {
    let written = '';
    const painter = terminalPainter(
      (text) => {
        written += text;
      },
      () => columns,
    );
    painter.paint([
      '数据数据数据数据数据数据数据数据数据数据数据数据',
      'a plain line that is longer than forty columns are',
    ]);
    for (const line of written.split('\n')) {
      const shown = line.replace('\u001b[2K', '');
      assert.ok(textWidth(shown) < columns, `${shown} at ${columns}`);
    }
  }
});
