/** What moves a terminal's cursor, colours it, or turns the order of what is read: control and format characters. */
const unshowable = /[\p{Cc}\p{Cf}\u2028\u2029]/gu;
const unshowableButLines = /(?![\n\t])[\p{Cc}\p{Cf}\u2028\u2029]/gu;

/**
 * Foreign text as one line that a terminal shows and does not obey: what it would obey stands there as in JSON,
 * \u001b for an escape. Topics, files and other programs may hold any text.
 */
export function shownText(text: string): string {
  return text.replaceAll(unshowable, escaped);
}

/** The same for text of several lines, whose line ends and tabs are ours. */
export function shownLines(text: string): string {
  return text.replaceAll(unshowableButLines, escaped);
}

const short: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character: string): string {
  const known = short[character];
  if (known !== undefined) return known;
  // A character beyond 16 bits takes two escapes, as in JSON.
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
}
