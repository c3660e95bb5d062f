/** East Asian letters and pictures that a terminal draws two cells wide (UAX 11: W and F, in whole blocks). */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\u4dbf\u4e00-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\u{16fe0}-\u{18d08}\u{1aff0}-\u{1b2fb}\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u;
/** Accents and the like are drawn over the letter before them. */
const over = /\p{Mark}/u;

function cellsOf(character: string): number {
  if (character < '\u0300') return 1;
  if (over.test(character)) return 0;
  return wide.test(character) ? 2 : 1;
}

/** Cells of a terminal that a line takes, which has no character that a terminal obeys. */
export function textWidth(line: string): number {
  let cells = 0;
  for (const character of line) cells += cellsOf(character);
  return cells;
}

/** The beginning of a line that takes no more than so many cells. */
export function cutToWidth(line: string, most: number): string {
  let cells = 0;
  let end = 0;
  for (const character of line) {
    cells += cellsOf(character);
    if (cells > most) return line.slice(0, end);
    end += character.length;
  }
  return line;
}
