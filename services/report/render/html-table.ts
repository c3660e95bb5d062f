import type { TableBlock } from '../section.js';
import { headingOf, type ShownCell, type ShownTable, shownTable } from './cells.js';
import { escaped, inlineHtml } from './escape.js';

/** Rows that are shown where a table does not say. */
const usuallyShown = 40;

/** Columns with a longer text than this keep a width in which it has few lines, however many columns there are. */
const longText = 36;

/**
 * A table in a box that scrolls by itself; rows beyond those that are shown are a second table, folded away with the
 * same heading.
 */
export function tableHtml(block: TableBlock, name: string): string {
  const shown = shownTable(block);
  const limit = Math.max(1, block.shown ?? usuallyShown);
  // A fold for one or two rows costs more room than they do.
  const cut = shown.rows.length > limit + 2 ? limit : shown.rows.length;
  const caption = `${inlineHtml(block.caption)} <span class="files"><a href="tables/${name}.csv" aria-label="CSV of ${name}">CSV</a></span>`;
  const first = boxHtml(block, shown, shown.rows.slice(0, cut), caption);
  const more = shown.rows.length - cut;
  const rest =
    more === 0
      ? ''
      : `<details><summary>${more} more rows</summary>${boxHtml(block, shown, shown.rows.slice(cut), `${inlineHtml(block.caption)} (rest)`)}</details>`;
  return `<div class="table" id="table-${name}">${first}${rest}${notesHtml(shown.notes)}</div>`;
}

function boxHtml(
  block: TableBlock,
  { numeric }: ShownTable,
  rows: readonly (readonly ShownCell[])[],
  caption: string,
): string {
  const side = (index: number) => (numeric[index] === true ? ' class="number"' : '');
  const isLong = block.columns.map((_, index) =>
    rows.some((row) => {
      const cell = row[index]!;
      return cell.kind !== 'not-defined' && cell.text.length > longText;
    }),
  );
  const width = (index: number) => side(index) || (isLong[index] ? ' class="long"' : '');
  const head = block.columns
    .map((column, index) => `<th scope="col"${side(index)}>${inlineHtml(headingOf(column))}</th>`)
    .join('');
  const body = rows
    .map((row) => {
      const cells = row.map((cell, index) => {
        // The first column names the row, unless it is a number.
        const isName = index === 0 && numeric[index] !== true;
        return isName
          ? `<th scope="row">${cellHtml(cell)}</th>`
          : `<td${width(index)}>${cellHtml(cell)}</td>`;
      });
      return `<tr>${cells.join('')}</tr>`;
    })
    .join('\n');
  const empty =
    rows.length > 0 ? '' : `<tr><td colspan="${Math.max(1, block.columns.length)}">no rows</td></tr>`;
  return `<div class="scroll" tabindex="0" role="region" aria-label="Table: ${escaped(block.caption)}"><table><caption><span>${caption}</span></caption><thead><tr>${head}</tr></thead><tbody>
${body}${empty}
</tbody></table></div>`;
}

function cellHtml(cell: ShownCell): string {
  return cell.kind === 'not-defined'
    ? `<span class="undefined">–<sup>${noteMark(cell.note)}</sup></span>`
    : inlineHtml(cell.text);
}

function notesHtml(notes: readonly string[]): string {
  if (notes.length === 0) return '';
  const items = notes.map(
    (reason, index) => `<li><sup>${noteMark(index + 1)}</sup> not defined: ${inlineHtml(reason)}</li>`,
  );
  return `<ul class="notes">${items.join('')}</ul>`;
}

/** 1 -> a, 26 -> z, 27 -> aa. */
export function noteMark(note: number): string {
  const letter = String.fromCharCode(97 + ((note - 1) % 26));
  return note > 26 ? noteMark(Math.floor((note - 1) / 26)) + letter : letter;
}
