import assert from 'node:assert/strict';
import test from 'node:test';
import { logJson } from '../../../lib/telemetry/log-line.js';
import { createProgress } from '../../../lib/telemetry/progress.js';
import { shownLines, shownText } from '../../../lib/telemetry/shown-text.js';
import { renderTable } from '../../../lib/telemetry/table.js';

/** Red, a window title, clear, an 8-bit control sequence, text from right to left, a tag beyond 16 bits. */
const foreign = '\u001b[31mred\u001b]0;title\u0007\u001b[2J\u009b5A\u202eabc\u{e0041}';
const escaped = '\\u001b[31mred\\u001b]0;title\\u0007\\u001b[2J\\u009b5A\\u202eabc\\udb40\\udc41';

test('what a terminal would obey is shown and not obeyed', () => {
  assert.equal(shownText(foreign), escaped);
  assert.equal(shownText('a\nb\rc\td\u2028e'), 'a\\nb\\rc\\td\\u2028e');
  assert.equal(shownLines('a\nb\tc\r\u001b'), 'a\nb\tc\\r\\u001b');
  assert.equal(shownText('Δφ = 0.5 · 10⁻³, 東京 🚀'), 'Δφ = 0.5 · 10⁻³, 東京 🚀');
});

test('JSON stays the same JSON', () => {
  const json = JSON.stringify({ [foreign]: [foreign, 'a\nb', '\u2028'] });
  assert.notEqual(shownText(json), json);
  assert.deepEqual(JSON.parse(shownText(json)), JSON.parse(json));
});

test('cells of tables stay in their row, and columns aligned', () => {
  const text = renderTable(
    [{ title: 'name' }, { title: 'n', align: 'right' }],
    [
      [`a\n${foreign}`, '1'],
      ['b', '22'],
    ],
  );
  const lines = text.split('\n');
  assert.equal(lines.length, 4);
  assert.ok(lines[2]!.startsWith(`a\\n${escaped}`));
  assert.equal(lines[2]!.length, lines[3]!.length);
});

test('notes and lines of a log hold no control character of others', () => {
  const controls = /(?!\n)[\p{Cc}\p{Cf}]/u;
  let written = '';
  const progress = createProgress({ style: 'lines', write: (text) => (written += text), nowMs: () => 0 });
  progress.note(foreign);
  const fields = { message: foreign, [foreign]: 'x' };
  written += logJson({ time: '', level: 'warn', service: 's', event: 'e', fields });
  assert.doesNotMatch(written, controls);
});
