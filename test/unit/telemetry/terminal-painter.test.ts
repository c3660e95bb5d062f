import assert from 'node:assert/strict';
import test from 'node:test';
import { terminalPainter } from '../../../lib/telemetry/terminal-painter.js';

/** The lines of a terminal that knows what the painter writes: line ends, up, clear line. */
function screen(): { write: (text: string) => void; lines: () => string[] } {
  const lines: string[] = [''];
  let row = 0;
  let column = 0;
  return {
    write(text) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are what this reads
      for (const [piece, up] of text.matchAll(/\u001b\[(\d+)A|\u001b\[2K|\n|[^\u001b\n]+/g)) {
        if (up !== undefined) {
          row -= Number(up);
          assert.ok(row >= 0, 'it moves above its own block');
        } else if (piece === '\u001b[2K') lines[row] = '';
        else if (piece === '\n') {
          row += 1;
          column = 0;
          lines[row] ??= '';
        } else {
          lines[row] = lines[row]!.slice(0, column) + piece;
          column += piece.length;
        }
      }
    },
    lines: () => lines.slice(0, row),
  };
}

test('a block is drawn in its own place, also where it becomes shorter and longer again', () => {
  const { write, lines } = screen();
  const painter = terminalPainter(write, () => 81);
  painter.paint(['one', 'two', 'three']);
  painter.paint(['1', '2']);
  assert.deepEqual(lines(), ['1', '2']);
  painter.above('a note');
  painter.paint(['a', 'b', 'c', 'd']);
  assert.deepEqual(lines(), ['a note', 'a', 'b', 'c', 'd']);
  painter.paint(['x'.repeat(200)]);
  assert.deepEqual(lines(), ['a note', 'x'.repeat(80)]);
});
