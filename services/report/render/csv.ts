import type { TableBlock } from '../section.js';
import { cellParts, headingOf } from './cells.js';

/**
 * A table as CSV (RFC 4180), numbers with all their digits. A column with errors is followed by one for them; one with
 * values that are not defined, which are empty, by one for their reasons.
 */
export function tableCsv({ columns, rows }: TableBlock): string {
  const cells = rows.map((row) => columns.map((_, index) => cellParts(row[index] ?? '')));
  const parts = columns.map((column, index) => {
    const own = cells.map((row) => row[index]!);
    const hasErrors = own.some((cell) => 'error' in cell && cell.error !== undefined);
    const hasReasons = own.some((cell) => cell.reason !== undefined);
    const fields = own.map((cell) => [
      cell.text ?? ('value' in cell ? String(cell.value) : ''),
      ...(hasErrors ? ['error' in cell && cell.error !== undefined ? String(cell.error) : ''] : []),
      ...(hasReasons ? [cell.reason ?? ''] : []),
    ]);
    const head = headingOf(column);
    const heads = [head, ...(hasErrors ? [`${head} error`] : []), ...(hasReasons ? [`${head} reason`] : [])];
    return { heads, fields };
  });
  const lines = [parts.flatMap(({ heads }) => heads)];
  for (let row = 0; row < rows.length; row++) lines.push(parts.flatMap(({ fields }) => fields[row]!));
  return lines.map((line) => `${line.map(quoted).join(',')}\r\n`).join('');
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
