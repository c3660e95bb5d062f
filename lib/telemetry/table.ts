import { shownText } from './shown-text.js';
import { textWidth } from './text-width.js';

/** A column of a plain-text table: numbers to the right, text to the left. */
export interface TableColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/**
 * Plain text with aligned columns, two spaces between them, a line below the titles, no line ending at the
 * end. Every row has one text for each column; what is absent is '-'. Cells may be foreign text.
 */
export function renderTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly (string | undefined)[])[],
  indent = '',
): string {
  const cells = rows.map((row) => columns.map((_, index) => shownText(row[index] ?? '-')));
  const widths = columns.map((column, index) =>
    cells.reduce((width, row) => Math.max(width, textWidth(row[index]!)), textWidth(column.title)),
  );
  const line = (row: readonly string[]) =>
    indent +
    columns
      .map((column, index) => {
        const cell = row[index]!;
        const space = ' '.repeat(widths[index]! - textWidth(cell));
        return column.align === 'right' ? space + cell : cell + space;
      })
      .join('  ')
      .trimEnd();
  const titles = columns.map((column) => column.title);
  const rule = widths.map((width) => '-'.repeat(width));
  return [titles, rule, ...cells].map(line).join('\n');
}
