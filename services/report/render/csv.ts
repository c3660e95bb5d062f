import type { TableBlock } from '../section.js';
import { cellParts, headingOf } from './cells.js';

/**
 * A table as CSV (RFC 4180), numbers with all their digits. A column with errors is followed by one for them; one with
 * values that are not defined, which are empty, by one for their reasons. A text that a spreadsheet would take for a
 * formula, as the name of a file may be, has an apostrophe before it.
 */
export function tableCsv({ columns, rows }: TableBlock): string {
  const cells = rows.map((row) => columns.map((_, index) => cellParts(row[index] ?? '')));
  const parts = columns.map((column, index) => {
    const own = cells.map((row) => row[index]!);
    const hasErrors = own.some((cell) => 'error' in cell && cell.error !== undefined);
    const hasReasons = own.some((cell) => cell.reason !== undefined);
    const fields = own.map((cell) => [
      cell.text === undefined ? ('value' in cell ? String(cell.value) : '') : harmless(cell.text),
      ...(hasErrors ? ['error' in cell && cell.error !== undefined ? String(cell.error) : ''] : []),
      ...(hasReasons ? [harmless(cell.reason ?? '')] : []),
    ]);
    const head = harmless(headingOf(column));
    const heads = [head, ...(hasErrors ? [`${head} error`] : []), ...(hasReasons ? [`${head} reason`] : [])];
    return { heads, fields };
  });
  const lines = [parts.flatMap(({ heads }) => heads)];
  for (let row = 0; row < rows.length; row++) lines.push(parts.flatMap(({ fields }) => fields[row]!));
  return lines.map((line) => `${line.map(quoted).join(',')}\r\n`).join('');
}

function harmless(text: string): string {
  return /^[=+\-@\t\r]/.test(text) && !Number.isFinite(Number(text)) ? `'${text}` : text;
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
