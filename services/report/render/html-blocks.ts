import type { Block, FigureBlock, ListingBlock, VerdictBlock } from '../section.js';
import { escaped, inlineHtml, paragraphs } from './escape.js';
import { isDrawn } from './figure-files.js';
import type { FileNames } from './file-names.js';
import { tableHtml } from './html-table.js';

/** Words that carry what colour carries. */
export const levelWords: Readonly<Record<VerdictBlock['level'], string>> = {
  bad: 'Bad',
  notice: 'Notice',
  good: 'Good',
};

/** The blocks of a section as HTML; small figures that follow each other stand side by side. */
export function blocksHtml(blocks: readonly Block[], names: FileNames): string {
  const parts: string[] = [];
  let row: FigureBlock[] = [];
  const endRow = () => {
    if (row.length > 0)
      parts.push(
        `<div class="row ${row[0]!.size}">${row.map((one) => figureHtml(one, names)).join('')}</div>`,
      );
    row = [];
  };
  for (const block of blocks) {
    if (block.kind === 'figure' && (block.size === 'half' || block.size === 'third')) {
      if (row.length > 0 && row[0]!.size !== block.size) endRow();
      row.push(block);
      continue;
    }
    endRow();
    parts.push(blockHtml(block, names));
  }
  endRow();
  return parts.join('\n');
}

function blockHtml(block: Block, names: FileNames): string {
  switch (block.kind) {
    case 'text':
      return paragraphs(block.text)
        .map((text) => `<p>${inlineHtml(text)}</p>`)
        .join('\n');
    case 'verdict':
      return `<p class="verdict ${block.level}">${verdictHtml(block)}</p>`;
    case 'listing':
      return listingHtml(block);
    case 'table':
      return tableHtml(block, names.get(block)!);
    case 'figure':
      return figureHtml(block, names);
    case 'file':
      return `<p><a href="${escaped(encodeURI(block.path))}">${escaped(block.path)}</a>: ${inlineHtml(block.caption)}</p>`;
  }
}

export function verdictHtml({ level, text }: VerdictBlock): string {
  return `<strong class="level">${levelWords[level]}:</strong> ${inlineHtml(text)}`;
}

function listingHtml({ title, text }: ListingBlock): string {
  const label = escaped(title);
  return `<details><summary>${label}</summary><pre tabindex="0" role="region" aria-label="${label}">${escaped(text)}</pre></details>`;
}

function figureHtml(block: FigureBlock, names: FileNames): string {
  const name = names.get(block)!;
  const caption = `<figcaption>${inlineHtml(block.caption)}${fileLinks(block, name)}</figcaption>`;
  const alt = escaped(block.alt);
  const drawing = isDrawn(block)
    ? `<div class="drawing" tabindex="0" role="region" aria-label="Picture: ${escaped(block.caption)}">${labelledSvg(block.svg, alt)}</div>`
    : `<p class="empty">Nothing to draw: ${alt}</p>`;
  return `<figure id="figure-${name}" class="${block.size ?? 'full'}">${drawing}${caption}</figure>`;
}

/**
 * The drawing says itself what it shows: to a screen reader it is one picture. Names that Plot gives to groups within are
 * taken out, since a group without a role may have none.
 */
function labelledSvg(svg: string, alt: string): string {
  const bare = svg.trim().replaceAll(/<[^>]*>/g, (tag) => tag.replaceAll(/\saria-[a-z]+="[^"]*"/g, ''));
  return bare.replace(/^<svg\b/, `<svg role="img" aria-label="${alt}"`);
}

function fileLinks(block: FigureBlock, name: string): string {
  if (!isDrawn(block)) return '';
  const links = [
    `<a href="figures/${name}.svg" aria-label="SVG of ${name}">SVG</a>`,
    `<a href="figures/${name}.png" aria-label="PNG of ${name}">PNG</a>`,
    ...(block.histograms === undefined
      ? []
      : [`<a href="histograms/${name}.json" aria-label="histograms of ${name}">histograms</a>`]),
  ];
  return ` <span class="files">${links.join(' ')}</span>`;
}
