import { cutToWidth } from './text-width.js';

/** Keeps a block of lines at the bottom of a terminal. */
export interface TerminalPainter {
  /** Moves up over the last block and writes this one in its place. */
  paint(lines: readonly string[]): void;
  /** Text above the block, which stays. */
  above(text: string): void;
}

export function terminalPainter(write: (text: string) => void, columns: () => number): TerminalPainter {
  let painted: readonly string[] = [];
  const up = () => (painted.length === 0 ? '' : `\u001b[${painted.length}A`);
  const clearLine = '\u001b[2K';
  const block = (lines: readonly string[]) => lines.map((line) => `${clearLine}${line}\n`).join('');
  return {
    paint(lines) {
      // A line that wraps would break the count of lines to move up.
      const width = Math.max(1, columns() - 1);
      const cut = lines.map((line) => cutToWidth(line, width));
      // Lines of a longer block before it are wiped and left empty.
      const gone = Math.max(0, painted.length - cut.length);
      const wipe = gone === 0 ? '' : `${`${clearLine}\n`.repeat(gone)}\u001b[${gone}A`;
      write(up() + block(cut) + wipe);
      painted = cut;
    },
    above(text) {
      write(`${up()}${block(text.split('\n'))}${block(painted)}`);
    },
  };
}
