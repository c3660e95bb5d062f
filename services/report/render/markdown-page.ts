import { markdownTable } from '../../trainer/markdown.js';
import type { Block, FigureBlock, Section, TableBlock } from '../section.js';
import { headingOf, type ShownCell, shownTable } from './cells.js';
import { codeSpans, paragraphs } from './escape.js';
import type { ReportFacts } from './facts.js';
import { isDrawn } from './figure-files.js';
import type { FileNames } from './file-names.js';
import { levelWords } from './html-blocks.js';
import { noteMark } from './html-table.js';
import { allVerdicts } from './verdicts.js';

/** Rows of a table that stand in report.md; the CSV has all. */
const mostRows = 40;

/** report.md: the findings first, then every section with its texts, tables and links to its figures. */
export function reportMarkdown(sections: readonly Section[], facts: ReportFacts, names: FileNames): string {
  const findings = allVerdicts(sections).map(
    ({ verdict, section }) =>
      `- **${levelWords[verdict.level]}**: ${inlineMarkdown(verdict.text)} (${inlineMarkdown(section.title)})`,
  );
  const parts = [
    `# ${inlineMarkdown(facts.title)}`,
    `${inlineMarkdown(facts.summary)}\n${inlineMarkdown(facts.provenance)}`,
    ...(findings.length === 0 ? [] : ['## Findings', findings.join('\n')]),
    ...sections.flatMap(({ title, blocks }) => [
      `## ${inlineMarkdown(title)}`,
      ...blocks.flatMap((block) => blockMarkdown(block, names)),
    ]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function blockMarkdown(block: Block, names: FileNames): string[] {
  switch (block.kind) {
    case 'text':
      return paragraphs(block.text).map(inlineMarkdown);
    case 'verdict':
      return [`**${levelWords[block.level]}**: ${inlineMarkdown(block.text)}`];
    case 'listing':
      return [`${inlineMarkdown(block.title)}:`, fenced(block.text)];
    case 'table':
      return tableMarkdown(block, names.get(block)!);
    case 'figure':
      return [figureMarkdown(block, names.get(block)!)];
    case 'file':
      return [`[${block.path}](${encodeURI(block.path)}): ${inlineMarkdown(block.caption)}`];
  }
}

function tableMarkdown(block: TableBlock, name: string): string[] {
  const { rows, notes } = shownTable(block);
  const limit = Math.min(mostRows, block.shown ?? mostRows);
  const more = rows.length > limit ? `, ${rows.length - limit} more rows there` : '';
  const table = markdownTable(
    block.columns.map((column) => inlineMarkdown(headingOf(column))),
    rows.slice(0, limit).map((row) => row.map(cellMarkdown)),
  );
  const reasons = notes.map(
    (reason, index) => `(${noteMark(index + 1)}) not defined: ${inlineMarkdown(reason)}`,
  );
  return [
    `${inlineMarkdown(block.caption)} ([CSV](tables/${name}.csv)${more})`,
    table,
    ...(reasons.length === 0 ? [] : [reasons.join('; ')]),
  ];
}

function cellMarkdown(cell: ShownCell): string {
  return cell.kind === 'not-defined' ? `– (${noteMark(cell.note)})` : inlineMarkdown(cell.text);
}

function figureMarkdown(block: FigureBlock, name: string): string {
  const caption = inlineMarkdown(block.caption);
  if (!isDrawn(block)) return `${caption} (nothing to draw: ${inlineMarkdown(block.alt)})`;
  return `![${inlineMarkdown(block.alt)}](figures/${name}.svg)\n\n*${caption}*`;
}

/** A line of text in Markdown: whatever would be a mark there is itself. */
export function inlineMarkdown(text: string): string {
  return codeSpans(text.replaceAll(/\s+/g, ' ').trim())
    .map((span) => (span.isCode ? `\`${span.text}\`` : plain(span.text)))
    .join('');
}

function plain(text: string): string {
  return (
    text
      .replaceAll(/[\\`*<>[\]]/g, (mark) => `\\${mark}`)
      // Inside of a word, as in the names of samples, it is no mark.
      .replaceAll(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_')
      .replace(/^(#{1,6}|[-+]|\d+[.)])(?=\s|$)/, '\\$1')
  );
}

/** Lines as they are, within a fence that is longer than any of theirs. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}\n${text.trimEnd()}\n${fence}`;
}
